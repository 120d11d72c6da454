import type { VerificationEffects } from "../../verify/effects.ts";
import type { Scope } from "../../verify/scope.ts";
import type { RunEvent } from "../run-event.ts";
import type { ManagedPlan, PlannedServer } from "./plan.ts";

/** What a service answers to a restore that it takes. */
export interface Started {
  /** Where to ask what becomes of it, where there is such a place; a run goes on without it too. */
  readonly operation?: string;
}

/** Everything that the restore asks of the outside world. Every step is idempotent. */
export type ManagedEffects = VerificationEffects & {
  /**
   * Fails with `PLAN_OUTDATED` where a server is not as planned, or a name is taken by somebody else; in place with
   * `INSTANCES_RUNNING` where an instance answers.
   */
  recheck: { input: { plan: ManagedPlan; untouched: boolean }; answer: null };
  /** Done once every server can be restored to its second. */
  coverage: { input: { plan: ManagedPlan }; answer: { done: boolean } };
  /** Begins a restore to a new server with every setting that can be passed. One of this run is fine. */
  "start-server": { input: { server: PlannedServer; run: string }; answer: Started };
  /**
   * A step towards servers that are there as a whole, and done once they are: a cluster gets its instances on the way,
   * the writer first. Fails where the service gave one up.
   */
  "observe-servers": {
    input: { servers: readonly PlannedServer[]; started: readonly Started[]; run: string };
    answer: { done: boolean };
  };
  /** A step towards the settings that could not be passed; answers what the service refuses for good. */
  "settle-server": {
    input: { server: PlannedServer; run: string };
    answer: { done: boolean; refused: readonly string[] };
  };
  /** What a verification of the restored servers reads. */
  "scope-copies": { input: { plan: ManagedPlan }; answer: Scope };
  /** What the new server does not have of the old one, by what it is of; under "" what is the server's own. */
  "compare-server": {
    input: { server: PlannedServer; run: string };
    answer: Readonly<Record<string, readonly string[]>>;
  };
  /**
   * Asked in every life of a run before it renames anything: instances must be stopped, the originals as planned or
   * renamed by this run, the new ones there and whole.
   */
  "look-again": { input: { plan: ManagedPlan }; answer: null };
  /** A step towards the new server under the original's name, and the original under another; done once it is so. */
  "swap-names": { input: { server: PlannedServer; run: string }; answer: { done: boolean } };
  /** Where a server is asked. */
  "address-of": { input: { database: string; name: string }; answer: { host: string; port: number } };
  /** Deletes what this run has made of a server, and nothing else; done once it is gone. */
  "remove-server": { input: { server: PlannedServer; run: string }; answer: { done: boolean } };
  report: { input: { event: ManagedEvent }; answer: null };
};

/** What a restore tells while it is at work; told again when it is resumed. */
export type ManagedEvent =
  | RunEvent<ManagedPhase>
  | { readonly kind: "server"; readonly server: string; readonly stage: string };

export type ManagedPhase = "check" | "wait" | "restore-server" | "settings" | "verify" | "swap" | "compare";
