import type { VerificationEffects } from "../../verify/effects.ts";
import type { Scope } from "../../verify/scope.ts";
import type { RunEvent } from "../run-event.ts";
import type { CapturedContainer } from "./captured.ts";
import type { CosmosdbPlan, PlannedAccount } from "./plan.ts";

/** An account that a restore makes. */
export interface MadeAccount {
  /** Of the plan's account that it is made of. */
  readonly database: string;
  readonly name: string;
  /** Where its operation is asked for, as the service answered it; a run goes on without it too. */
  readonly operation?: string;
}

/** Everything that the restore asks of the outside world. Every step is idempotent. */
export type CosmosdbEffects = VerificationEffects & {
  /** Fails with `PLAN_OUTDATED` where the account is not as planned, or a name is taken by somebody else. */
  recheck: { input: { plan: CosmosdbPlan; untouched: boolean }; answer: null };
  /** Done once every container can be restored to its second. */
  coverage: { input: { plan: CosmosdbPlan }; answer: { done: boolean } };
  /** Begins a restore to a new account: closed, without time to live. One that this run has made already is fine. */
  "start-account": {
    input: { account: PlannedAccount; run: string; of: "copy" | "later" };
    answer: { operation?: string };
  };
  /** Done once all are there; fails where the service gave one up. */
  "observe-accounts": { input: { accounts: readonly MadeAccount[] }; answer: { done: boolean } };
  /** Sets the default consistency level to Strong and reads it back. */
  "make-strong": { input: { database: string; name: string }; answer: null };
  /** Begins to open the one way by which it is verified, and done once it is open. */
  "open-way": { input: { account: PlannedAccount; name: string; run: string }; answer: { done: boolean } };
  /** What a verification of the restored accounts reads. Fails where a container is missing or has other keys. */
  "scope-copies": { input: { plan: CosmosdbPlan }; answer: Scope };
  /** Scripts, indexing policy and throughput. Answers what the service refuses for good. */
  "apply-container": {
    input: { account: PlannedAccount; container: CapturedContainer };
    answer: readonly string[];
  };
  /** Throughput of the databases; and where it takes over, time to live and all that the account itself is set to. */
  "apply-account": {
    input: { account: PlannedAccount; run: string; takesOver: boolean };
    answer: readonly string[];
  };
  /** What the new account does not have of the old one, by container; under "" what is the account's own. */
  "compare-account": {
    input: { account: PlannedAccount; takesOver: boolean };
    answer: Readonly<Record<string, readonly string[]>>;
  };
  /** Deletes an account that this run has made, and nothing else; done once it is gone. */
  "delete-account": { input: { database: string; name: string; run: string }; answer: { done: boolean } };
  /** Where the restored account is asked. */
  "endpoint-of": { input: { database: string; name: string }; answer: { endpoint: string } };
  report: { input: { event: CosmosdbEvent }; answer: null };
};

/** What a restore tells while it is at work; told again when it is resumed. */
export type CosmosdbEvent =
  | RunEvent<CosmosdbPhase>
  | { readonly kind: "account"; readonly account: string; readonly stage: string };

export type CosmosdbPhase =
  | "check"
  | "wait"
  | "restore-account"
  | "open-way"
  | "verify"
  | "settings"
  | "clean-up";
