import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { VerificationReport } from "../../verify/report.ts";
import { verification } from "../../verify/verification.ts";
import { all, answerOf, asker, type Patience, poll, type Workflow } from "../../workflow/effect.ts";
import { advance, copiesOf, TABLE_PATIENCE, type TableLane } from "./advance.ts";
import type { CheckedTables, Observation, Phase, RestoreEffects } from "./effects.ts";
import type { DynamodbPlan, PlannedProof } from "./plan.ts";

const ask = asker<RestoreEffects>();

/** The latest restorable second trails the present by five minutes. */
const COVERAGE_PATIENCE: Patience = { firstMs: 500, factor: 1.3, mostMs: 15_000, limitMs: 3_600_000 };

export interface DynamodbResult {
  readonly kind: "dynamodb";
  readonly mode: DynamodbPlan["mode"];
  /** What was found in the copies before anything was deleted, and what in the end. */
  readonly copies: VerificationReport;
  readonly replaced?: VerificationReport;
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
  const { lanes, copies } = yield* copyAndVerify(plan);
  if (plan.mode === "side-by-side") {
    yield* enter("clean-up");
    yield* deleteProofs(plan);
    return { kind: "dynamodb", mode: plan.mode, copies, settingsDifferences: {}, backups: [] };
  }
  return yield* replace(plan, lanes, copies);
}

function* enter(phase: Phase): Workflow<void> {
  yield* ask("report", { event: { kind: "phase", phase } });
}

/** Step A. */
function* copyAndVerify(
  plan: DynamodbPlan,
): Workflow<{ lanes: readonly TableLane[]; copies: VerificationReport }> {
  yield* enter("copy");
  const waiting = [...plan.tables.map(toLane), ...plan.proofs.map(proofLane)];
  const copied = yield* advance(waiting, "copied");
  yield* enter("verify");
  const copies = yield* verify(plan, "copies");
  if (copies.proof.kind === "disproven")
    throw new StillpointError(
      "COPY_DISPROVEN",
      `the copies restored to point "${plan.point}" are not whole: ${copies.proof.reason}; the original tables were not touched`,
    );
  return { lanes: copied.slice(0, plan.tables.length), copies };
}

function toLane(table: DynamodbPlan["tables"][number]): TableLane {
  return { table, stage: "waiting" };
}

/** The later coordinator takes step A only, as a lane like any other. */
function proofLane({ database, id, arn, temporary, atSecond }: PlannedProof): TableLane {
  // Told under its own name: the coordinator itself has a lane too.
  return {
    table: { database, name: temporary, id, arn, temporary, backup: temporary, atSecond },
    stage: "waiting",
  };
}

/** Steps B to D, what the procedure leaves to the reader, and the end of the temporary tables. */
function* replace(
  plan: DynamodbPlan,
  lanes: readonly TableLane[],
  copies: VerificationReport,
): Workflow<DynamodbResult> {
  yield* enter("back-up");
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
  return { kind: "dynamodb", mode: plan.mode, copies, replaced: end, settingsDifferences, backups };
}

function* verify(
  plan: DynamodbPlan,
  what: "copies" | "replaced",
  like?: CheckedTables,
): Workflow<VerificationReport> {
  const scope = yield* ask("scope-copies", { plan, what });
  const report = yield* verification(scope, like);
  const rows = report.checked.tables.reduce((sum, table) => sum + table.rows, 0);
  yield* ask("report", { event: { kind: "verified", what, proof: report.proof.kind, rows } });
  return report;
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
