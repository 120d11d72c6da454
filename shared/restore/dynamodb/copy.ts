import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { VerificationReport } from "../../verify/report.ts";
import { verification } from "../../verify/verification.ts";
import { all, answerOf, asker, type Patience, poll, type Workflow } from "../../workflow/effect.ts";
import { advance, TABLE_PATIENCE, type TableLane } from "./advance.ts";
import type { CheckedTables, Observation, Phase, RestoreEffects } from "./effects.ts";
import type { DynamodbPlan, PlannedProof } from "./plan.ts";

const ask = asker<RestoreEffects>();

/** The latest restorable second trails the present by five minutes. */
export const COVERAGE_PATIENCE: Patience = { firstMs: 500, factor: 1.3, mostMs: 15_000, limitMs: 3_600_000 };

export function* enter(phase: Phase): Workflow<void> {
  yield* ask("report", { event: { kind: "phase", phase } });
}

/** What step A has come to. */
export interface Copied {
  /** With the names and the second of what was copied. */
  readonly plan: DynamodbPlan;
  readonly lanes: readonly TableLane[];
  readonly copies: VerificationReport;
}

/** Step A: a copy that is disproven ends it. */
export function* copyWhole(plan: DynamodbPlan): Workflow<Copied> {
  const copied = yield* copyAndVerify(plan);
  const { proof } = copied.copies;
  if (proof.kind === "disproven")
    throw new StillpointError(
      "COPY_DISPROVEN",
      `the copies restored to point "${plan.point}" are not whole: ${proof.reason}; the original tables were not touched`,
    );
  return copied;
}

/** Step A, whatever is found in the copies. */
export function* copyAndVerify(plan: DynamodbPlan): Workflow<Copied> {
  yield* enter("wait");
  yield* poll(ask.effect("coverage", { plan }), COVERAGE_PATIENCE);
  yield* enter("copy");
  const waiting = [...plan.tables.map(toLane), ...plan.proofs.map(proofLane)];
  const copied = yield* advance(waiting, "copied");
  yield* enter("verify");
  const copies = yield* verify(plan, "copies");
  return { plan, lanes: copied.slice(0, plan.tables.length), copies };
}

function toLane(table: DynamodbPlan["tables"][number]): TableLane {
  return { table, stage: "waiting" };
}

/** The later coordinator takes step A only, as a lane like any other. */
export function proofLane({ database, id, arn, temporary, atSecond }: PlannedProof): TableLane {
  // Told under its own name: the coordinator itself has a lane too.
  return {
    table: { database, name: temporary, id, arn, temporary, backup: temporary, atSecond },
    stage: "waiting",
  };
}

export function* verify(
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

export function* deleteTemporaries(plan: DynamodbPlan): Workflow<void> {
  yield* deleteAll(plan.tables.map(({ database, temporary: name }) => ({ database, name })));
  yield* deleteProofs(plan);
}

export function* deleteProofs({ proofs }: DynamodbPlan): Workflow<void> {
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
