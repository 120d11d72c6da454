import type { Settlement } from "../../settle/settlement.ts";
import type { VerificationReport } from "../../verify/report.ts";
import { all, answerOf, asker, type Patience, poll, type Workflow } from "../../workflow/effect.ts";
import { advance, copiesOf, TABLE_PATIENCE } from "./advance.ts";
import { type Copies, makeCopies, verify } from "./copies.ts";
import type { Observation, RestoreEffects } from "./effects.ts";
import { enter } from "./enter.ts";
import type { DynamodbPlan } from "./plan.ts";
import { rest } from "./settle.ts";

const ask = asker<RestoreEffects>();

/** The latest restorable second trails the present by five minutes. */
const COVERAGE_PATIENCE: Patience = { firstMs: 500, factor: 1.3, mostMs: 15_000, limitMs: 3_600_000 };

export interface DynamodbResult {
  readonly kind: "dynamodb";
  readonly mode: DynamodbPlan["mode"];
  /** What was found in the copies before anything was deleted, and what in the end. */
  readonly copies: VerificationReport;
  readonly replaced?: VerificationReport;
  /** What was done to the copies, where nobody had paused. */
  readonly settled?: Settlement;
  /** Settings that did not come back, by table. */
  readonly settingsDifferences: Readonly<Record<string, readonly string[]>>;
  /** Backups of step B, kept until somebody deletes them. */
  readonly backups: readonly string[];
}

/**
 * ScalarDL's procedure for DynamoDB, for all tables at once. A: restore to temporary names; B: back those up;
 * C: delete the originals; D: restore the backups under the original names, read them back, and only then delete
 * the temporary tables, which until then are the second copy. Nothing is deleted before every backup is
 * available and the temporary tables have been verified.
 */
export function* restore(plan: DynamodbPlan): Workflow<DynamodbResult> {
  yield* enter("check");
  yield* ask("recheck", { plan, untouched: true });
  yield* enter("wait");
  yield* poll(ask.effect("coverage", { plan }), COVERAGE_PATIENCE);
  const made = yield* makeCopies(plan);
  if (plan.mode === "side-by-side") {
    yield* enter("clean-up");
    yield* deleteProofs(plan);
    return { ...beginOf(plan, made), settingsDifferences: {}, backups: [] };
  }
  return yield* replace(plan, made);
}

function beginOf(
  { mode }: DynamodbPlan,
  { copies, settled }: Copies,
): Pick<DynamodbResult, "kind" | "mode" | "copies" | "settled"> {
  return { kind: "dynamodb", mode, copies, ...(settled && { settled }) };
}

/** Steps B to D, what the procedure leaves to the reader, and the end of the temporary tables. */
function* replace(plan: DynamodbPlan, made: Copies): Workflow<DynamodbResult> {
  const { lanes, copies, settled } = made;
  yield* enter("back-up");
  yield* rest(plan, settled);
  const backedUp = yield* advance(lanes, "backed-up");
  yield* enter("check");
  yield* ask("recheck", { plan, untouched: false });
  yield* ask("look-again", { plan, copies: backedUp.map(copiesOf) });
  yield* enter("replace");
  yield* ask("mark-lost", { plan });
  const replaced = yield* advance(backedUp, "replaced");
  yield* enter("settings");
  const settingsDifferences = yield* putSettingsBack(plan);
  yield* enter("read-back");
  // Law 4: the second copy goes only when the first was read back and is the same, row by row.
  const end = yield* verify(plan, "replaced", copies.checked.tables);
  yield* enter("clean-up");
  yield* deleteTemporaries(plan);
  const backups = replaced.flatMap(({ backupArn }) => (backupArn === undefined ? [] : [backupArn]));
  return { ...beginOf(plan, made), replaced: end, settingsDifferences, backups };
}

function* putSettingsBack(plan: DynamodbPlan): Workflow<Readonly<Record<string, readonly string[]>>> {
  const applied = yield* all<readonly string[]>(
    plan.tables.map((table) => ask.effect("apply-settings", { table })),
  );
  const refused = applied.map((outcome) => answerOf(outcome));
  const compared = yield* all<readonly string[]>(
    plan.tables.map((table) => ask.effect("compare-settings", { table })),
  );
  const differences = plan.tables.flatMap(({ name }, index) => {
    const found = answerOf(compared[index]);
    return found.length === 0 ? [] : [[name, [...found, ...(refused[index] ?? [])]] as const];
  });
  return Object.fromEntries(differences);
}

function* deleteTemporaries(plan: DynamodbPlan): Workflow<void> {
  yield* deleteAll(plan.tables.map(({ database, temporary: name }) => ({ database, name })));
  yield* deleteProofs(plan);
}

function* deleteProofs({ proofs }: DynamodbPlan): Workflow<void> {
  yield* deleteAll(proofs.map(({ database, temporary: name }) => ({ database, name })));
}

/** Deletes tables that the run made, and waits until they are gone. */
export function* deleteAll(
  tables: readonly { readonly database: string; readonly name: string }[],
): Workflow<void> {
  if (tables.length === 0) return;
  const outcomes = yield* all(tables.map((table) => ask.effect("delete-table", table)));
  for (const outcome of outcomes) answerOf(outcome);
  const gone = tables.map((table) => ({ ...table, until: "ABSENT" }) as const);
  yield* poll<Observation>(
    ask.effect("observe", { tables: gone, backups: [], enough: "all" }),
    TABLE_PATIENCE,
  );
}
