import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Settlement } from "../../settle/settlement.ts";
import type { Proof } from "../../verify/proof.ts";
import type { VerificationReport } from "../../verify/report.ts";
import { verification } from "../../verify/verification.ts";
import { asker, type Patience, poll, type Workflow } from "../../workflow/effect.ts";
import { advance, type TableLane } from "./advance.ts";
import type { CheckedTables, RestoreEffects } from "./effects.ts";
import { enter } from "./enter.ts";
import { type DynamodbPlan, onlyRead, type PlannedProof } from "./plan.ts";
import { settle } from "./settled/settle.ts";

const ask = asker<RestoreEffects>();

/** The latest restorable second trails the present by five minutes. */
export const COVERAGE_PATIENCE: Patience = {
  firstMs: 500,
  factor: 1.3,
  mostMs: 15_000,
  limitMs: 3_600_000,
};

/** A quiet second by the coordinator that its copies have not proven. */
export interface NotUsed {
  readonly atSecond: number;
  readonly proof: Exclude<Proof["kind"], "proven">;
  readonly reason: string;
}

/** Copies of all tables under temporary names, verified. */
export interface Copies {
  /** With the names and the second of what was copied. */
  readonly plan: DynamodbPlan;
  readonly lanes: readonly TableLane[];
  readonly copies: VerificationReport;
  /** What was done to them, where nobody had paused. */
  readonly settled?: Settlement;
  /** Quiet seconds that were tried before, whose copies are gone. */
  readonly notUsed?: readonly NotUsed[];
}

/** Step A: copies that are not fit to take the place of the originals end it. */
export function* makeCopies(plan: DynamodbPlan): Workflow<Copies> {
  const made = yield* copyAndVerify(plan);
  refuseUnfit(plan, made.copies.proof);
  if (made.settled) yield* ask("record-settled", { plan, settlement: made.settled });
  return made;
}

/** Step A, whatever is found in the copies. */
export function* copyAndVerify(plan: DynamodbPlan): Workflow<Copies> {
  yield* enter("wait");
  yield* poll(ask.effect("coverage", { plan }), COVERAGE_PATIENCE);
  yield* enter("copy");
  const waiting = [...plan.tables.map(toLane), ...onlyRead(plan).map(onlyReadLane)];
  const copied = yield* advance(waiting, "copied");
  const settled = plan.settling && (yield* settle(plan));
  yield* enter("verify");
  const copies = yield* verify(plan, "copies");
  return { plan, lanes: copied.slice(0, plan.tables.length), copies, ...(settled && { settled }) };
}

function toLane(table: DynamodbPlan["tables"][number]): TableLane {
  return { table, stage: "waiting" };
}

/** What is only read takes step A only, as a lane like any other. */
export function onlyReadLane({ database, id, arn, temporary, atSecond }: PlannedProof): TableLane {
  // Told under its own name: the table itself has a lane too.
  return {
    table: { database, name: temporary, id, arn, temporary, backup: temporary, atSecond },
    stage: "waiting",
  };
}

/** Of a pause there is evidence of its own; where nobody paused, the rows have to prove the copy. */
function refuseUnfit({ point, settling }: DynamodbPlan, { kind, reason }: Proof): void {
  if (kind === "proven" || (kind === "unproven" && !settling)) return;
  const what = kind === "disproven" ? "are not whole" : "cannot be proven to be whole";
  throw new StillpointError(
    "COPY_DISPROVEN",
    `the copies restored to point "${point}" ${what}: ${reason}; the original tables were not touched`,
  );
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
