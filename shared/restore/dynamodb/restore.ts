import type { Settlement } from "../../settle/settlement.ts";
import type { VerificationReport } from "../../verify/report.ts";
import { all, answerOf, asker, type Workflow } from "../../workflow/effect.ts";
import { advance, copiesOf } from "./advance.ts";
import { type Copies, makeCopies, type NotUsed, verify } from "./copies.ts";
import { deleteOnlyRead, deleteTemporaries } from "./delete-copies.ts";
import type { RestoreEffects } from "./effects.ts";
import { enter } from "./enter.ts";
import type { DynamodbPlan } from "./plan.ts";
import { copyQuiet } from "./quiet/copy-quiet.ts";
import { rest } from "./settled/settle.ts";

const ask = asker<RestoreEffects>();

export interface DynamodbResult {
  readonly kind: "dynamodb";
  readonly mode: DynamodbPlan["mode"];
  /** What was found in the copies before anything was deleted, and what in the end. */
  readonly copies: VerificationReport;
  readonly replaced?: VerificationReport;
  /** What was done to the copies, where nobody had paused. */
  readonly settled?: Settlement;
  /** Quiet seconds that were tried before this one, and why they were not good enough. */
  readonly notUsed?: readonly NotUsed[];
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
  const made = yield* plan.candidates === undefined ? makeCopies(plan) : copyQuiet(plan);
  return yield* plan.mode === "side-by-side" ? keep(made) : replace(made);
}

function* keep(made: Copies): Workflow<DynamodbResult> {
  yield* enter("clean-up");
  yield* deleteOnlyRead(made.plan);
  return { ...beginOf(made), settingsDifferences: {}, backups: [] };
}

function beginOf({
  plan: { mode },
  copies,
  settled,
  notUsed,
}: Copies): Pick<DynamodbResult, "kind" | "mode" | "copies" | "settled" | "notUsed"> {
  return { kind: "dynamodb", mode, copies, ...(settled && { settled }), ...(notUsed && { notUsed }) };
}

/** Steps B to D, what the procedure leaves to the reader, and the end of the temporary tables. */
function* replace(made: Copies): Workflow<DynamodbResult> {
  const { plan, lanes, copies, settled } = made;
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
  return { ...beginOf(made), replaced: end, settingsDifferences, backups };
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
