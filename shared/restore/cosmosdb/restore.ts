import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { VerificationReport } from "../../verify/report.ts";
import { all, answerOf, asker, type Patience, type Workflow } from "../../workflow/effect.ts";
import type { Mode } from "../mode.ts";
import { HOUR_MS, patiently } from "../patiently.ts";
import { entering, verified } from "../run-event.ts";
import type { CosmosdbEffects, CosmosdbPhase, MadeAccount } from "./effects.ts";
import type { CosmosdbPlan, PlannedAccount } from "./plan.ts";

const ask = asker<CosmosdbEffects>();
const enter = entering<CosmosdbPhase>();

/** Backups of a container reach the present some minutes later; where much is written, it takes longer. */
const COVERAGE_PATIENCE: Patience = { firstMs: 500, factor: 1.3, mostMs: 30_000, limitMs: HOUR_MS };

/**
 * A terabyte takes half an hour to an hour and a half. One that never leaves `Creating` is given up in the end; until
 * it has left, it cannot be deleted either.
 */
const ACCOUNT_PATIENCE: Patience = {
  firstMs: 500,
  factor: 1.4,
  mostMs: 120_000,
  limitMs: 48 * HOUR_MS,
};

/** A private endpoint or a change of the firewall takes minutes. */
const CHANGE_PATIENCE: Patience = { firstMs: 500, factor: 1.4, mostMs: 30_000, limitMs: HOUR_MS };

export interface RestoredAccount {
  readonly database: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly account: string;
  readonly restored: string;
  readonly endpoint: string;
}

export interface CosmosdbResult {
  readonly kind: "cosmosdb";
  readonly mode: Mode;
  readonly copies: VerificationReport;
  /** Settings that did not come back, by `account` or `account/database/container`. */
  readonly settingsDifferences: Readonly<Record<string, readonly string[]>>;
  readonly accounts: readonly RestoredAccount[];
}

/**
 * ScalarDL's procedure for Cosmos DB, and what it leaves to the reader. The account is restored to a new one, which
 * nobody can reach; its default consistency level is set to Strong; it is verified by the one way that is opened for
 * it; then stored procedures, without which no write works, and all other settings are put back and compared. The
 * original is never touched.
 */
export function* restoreCosmosdb(plan: CosmosdbPlan): Workflow<CosmosdbResult> {
  yield* enter("check");
  yield* ask("recheck", { plan, untouched: true });
  yield* enter("wait");
  yield* patiently(
    ask.effect("coverage", { plan }),
    COVERAGE_PATIENCE,
    `the backups of account ${quoted(plan.accounts.map(({ original }) => original.account))} have not reached the seconds of run "${plan.run}"; nothing was touched`,
  );
  const made = yield* restoreAccounts(plan);
  yield* enter("open-way");
  yield* openWays(plan, made);
  const copies = yield* verify(plan);
  const settingsDifferences = yield* putSettingsBack(plan);
  const accounts = yield* endpointsOf(plan);
  yield* enter("clean-up");
  yield* deleteAccounts(
    plan.accounts.map(({ database, later }) => ({ database, name: later.target })),
    plan.run,
  );
  return { kind: "cosmosdb", mode: plan.mode, copies, settingsDifferences, accounts };
}

const UNTOUCHED =
  "the original was not touched. Resume the run to go on waiting; abandon it to delete what it has made";

function* tell(accounts: readonly { readonly name: string }[], stage: string): Workflow<void> {
  for (const { name } of accounts) yield* ask("report", { event: { kind: "account", account: name, stage } });
}

/** Answers the new accounts: of each planned one the copy, and the one with the later coordinator. */
function* restoreAccounts(plan: CosmosdbPlan): Workflow<readonly MadeAccount[]> {
  yield* enter("restore-account");
  const wanted = madeAccounts(plan);
  const outcomes = yield* all<{ operation?: string }>(
    wanted.map(({ account, of }) => ask.effect("start-account", { account, run: plan.run, of })),
  );
  const made = wanted.map(({ database, name }, index) => ({ database, name, ...answerOf(outcomes[index]) }));
  yield* tell(made, "creating");
  yield* patiently(
    ask.effect("observe-accounts", { accounts: made }),
    ACCOUNT_PATIENCE,
    `Azure is still restoring account ${quoted(made.map(({ name }) => name))}; ${UNTOUCHED}`,
  );
  yield* tell(made, "created");
  const strong = yield* all(made.map(({ database, name }) => ask.effect("make-strong", { database, name })));
  for (const outcome of strong) answerOf(outcome);
  return made;
}

interface Wanted {
  readonly database: string;
  readonly name: string;
  readonly account: PlannedAccount;
  readonly of: "copy" | "later";
}

/** Everything that a run makes, by its name. */
export function madeAccounts({ accounts }: CosmosdbPlan): readonly Wanted[] {
  return accounts.flatMap((account) => [
    { database: account.database, name: account.target, account, of: "copy" as const },
    { database: account.database, name: account.later.target, account, of: "later" as const },
  ]);
}

/** One after the other: each is a handful of changes, and two of one subnet would refuse each other. */
function* openWays(plan: CosmosdbPlan, made: readonly MadeAccount[]): Workflow<void> {
  for (const { account, name } of madeAccounts(plan))
    yield* patiently(
      ask.effect("open-way", { account, name, run: plan.run }),
      CHANGE_PATIENCE,
      `account "${name}" was restored, but does not answer by the way that was opened to verify it; ${UNTOUCHED}`,
    );
  yield* tell(made, "reachable");
}

function* verify(plan: CosmosdbPlan): Workflow<VerificationReport> {
  yield* enter("verify");
  const report = yield* verified(yield* ask("scope-copies", { plan }));
  if (report.proof.kind === "disproven")
    throw new StillpointError(
      "COPY_DISPROVEN",
      `the account restored to point "${plan.point}" is not whole: ${report.proof.reason}; the original account was not touched`,
    );
  return report;
}

function* putSettingsBack(plan: CosmosdbPlan): Workflow<CosmosdbResult["settingsDifferences"]> {
  yield* enter("settings");
  const { run } = plan;
  const takesOver = plan.mode === "in-place";
  const refused: Record<string, readonly string[]> = {};
  for (const account of plan.accounts) {
    // Azure makes one change of an account at a time, and refuses the others.
    for (const container of account.original.containers) {
      const found = yield* ask("apply-container", { account, container });
      refused[settingName(account, `${container.database}/${container.name}`)] = found;
    }
    refused[settingName(account, "")] = yield* ask("apply-account", { account, run, takesOver });
  }
  const differences: Record<string, readonly string[]> = {};
  for (const account of plan.accounts) {
    const found = yield* ask("compare-account", { account, takesOver });
    for (const [name, what] of Object.entries(found)) {
      const of = settingName(account, name);
      if (what.length > 0) differences[of] = [...what, ...(refused[of] ?? [])];
    }
  }
  return differences;
}

function settingName({ target }: PlannedAccount, container: string): string {
  return container === "" ? target : `${target}/${container}`;
}

function* endpointsOf({ accounts }: CosmosdbPlan): Workflow<readonly RestoredAccount[]> {
  const found: RestoredAccount[] = [];
  for (const { database, target, original } of accounts) {
    const { endpoint } = yield* ask("endpoint-of", { database, name: target });
    const { subscription, resourceGroup, account } = original;
    found.push({ database, subscription, resourceGroup, account, restored: target, endpoint });
  }
  return found;
}

/** Only ever accounts that the run made. */
export function* deleteAccounts(
  accounts: readonly { readonly database: string; readonly name: string }[],
  run: string,
): Workflow<void> {
  for (const { database, name } of accounts)
    yield* patiently(
      ask.effect("delete-account", { database, name, run }),
      ACCOUNT_PATIENCE,
      `account "${name}", which run "${run}" has made, is still there though it was to be deleted`,
    );
}
