import { secondText, timeText } from "../../verify/time-text.ts";
import type { PlanStep, PlanText } from "../plan-step.ts";
import { agoText } from "../plan-text.ts";
import { goneText } from "./gone-tables.ts";
import { MOST_RESTORES } from "./lane.ts";
import { keptAlarms, losses } from "./losses.ts";
import { type DynamodbPlan, onlyRead } from "./plan.ts";
import { atWorstText, nextTries, quietConsequences } from "./quiet/describe-quiet.ts";
import { settleStep, settlingConsequences } from "./settled/describe-settling.ts";

/** The plan in words. Everything in it comes from the plan itself, so that the text cannot promise something else. */
export function describePlan(plan: DynamodbPlan, nowMs: number): PlanText {
  const steps = plan.mode === "in-place" ? inPlaceSteps(plan) : sideBySideSteps(plan);
  return { steps, consequences: [...consequences(plan, nowMs)] };
}

const NOTHING = { creates: [], changes: [], deletes: [] } as const;
const UNTIL_C = "stillpoint restore abandon RUN removes what was made; the originals are untouched";

function sideBySideSteps(plan: DynamodbPlan): readonly PlanStep[] {
  return [
    waitStep(plan),
    copyStep(plan),
    ...settleSteps(plan),
    verifyStep(plan),
    ...trySteps(plan),
    keepStep(plan),
  ];
}

function inPlaceSteps(plan: DynamodbPlan): readonly PlanStep[] {
  return [
    stoppedStep(plan),
    waitStep(plan),
    copyStep(plan),
    ...settleSteps(plan),
    verifyStep(plan),
    ...trySteps(plan),
    backupStep(plan),
    deleteStep(plan),
    replaceStep(plan),
    settingsStep(plan),
    readBackStep(),
    cleanUpStep(plan),
  ];
}

function settleSteps(plan: DynamodbPlan): readonly PlanStep[] {
  return plan.settling ? [settleStep(plan, plan.settling)] : [];
}

function trySteps(plan: DynamodbPlan): readonly PlanStep[] {
  return plan.candidates ? nextTries(plan, plan.candidates) : [];
}

function stoppedStep({ instances, settling, candidates }: DynamodbPlan): PlanStep {
  const does = `Check that every instance is stopped (${instances.length} recorded${settling || candidates ? "" : " at the backup"}, and whatever discovery finds), now and again before step C`;
  return { does, ...NOTHING, undo: "nothing to undo" };
}

function waitStep({ tables, proofs }: DynamodbPlan): PlanStep {
  const latest = Math.max(
    ...tables.map(({ atSecond }) => atSecond),
    ...proofs.map(({ atSecond }) => atSecond),
  );
  const also = proofs.length > 0 ? `, the coordinator also to ${secondText(latest)}` : "";
  const does = `Wait until every table can be restored to its second${also} (the latest restorable time trails the present by 5 minutes)`;
  return { does, ...NOTHING, undo: "nothing to undo" };
}

function copyStep(plan: DynamodbPlan): PlanStep {
  const { tables, proofs, earlier: [before, ...others] = [] } = plan;
  const creates = [...tables, ...onlyRead(plan)].map(({ temporary }) => temporary);
  const later = proofs.length > 0 ? ", and the coordinator once more to a later second" : "";
  const earlier = before
    ? `, and ${others.length + 1} of them once more to ${secondText(before.atSecond)}`
    : "";
  const does = `A: restore ${tables.length} tables by point-in-time recovery to temporary names${later}${earlier}`;
  return { does, ...NOTHING, creates, undo: UNTIL_C };
}

function verifyStep({ tables, settling, candidates }: DynamodbPlan): PlanStep {
  const stops = settling ? "not proven, settled as it is," : "disproven";
  const ends = candidates
    ? "only where they are proven, nothing having committed around their second, does the restore go on with them"
    : `a copy that is ${stops} stops the restore here`;
  const does = `Verify the copies of all ${tables.length} tables; ${ends}`;
  return { does, ...NOTHING, undo: UNTIL_C };
}

function keepStep(plan: DynamodbPlan): PlanStep {
  const deletes = onlyRead(plan).map(({ temporary }) => temporary);
  const does =
    "Keep the copies under their temporary names, without the originals' settings, and leave the originals alone";
  return { does, ...NOTHING, deletes, undo: "stillpoint restore abandon RUN removes the copies" };
}

function backupStep({ tables, settling }: DynamodbPlan): PlanStep {
  const creates = tables.map(({ backup }) => `backup ${backup}`);
  const rest = settling
    ? `Wait ${settling.restMs / 1000} s, since a backup may miss what was written in the last minute before it; `
    : "";
  return { does: `${rest}B: back up the temporary tables`, ...NOTHING, creates, undo: UNTIL_C };
}

function deleteStep({ tables }: DynamodbPlan): PlanStep {
  const guarded = tables.filter(({ original }) => original.settings.deletionProtection);
  const changes = guarded.map(({ name }) => `deletion protection of ${name} is switched off`);
  const undo =
    "not by Stillpoint: finish with stillpoint restore resume RUN. DynamoDB keeps a system backup of each deleted table for 35 days";
  return {
    does: "C: delete the original tables",
    ...NOTHING,
    changes,
    deletes: tables.map(({ name }) => name),
    undo,
  };
}

function replaceStep({ tables }: DynamodbPlan): PlanStep {
  const creates = tables.map(({ name }) => name);
  const does = "D: restore the backups of B under the original names";
  return { does, ...NOTHING, creates, undo: "not by Stillpoint: finish with stillpoint restore resume RUN" };
}

function settingsStep({ tables }: DynamodbPlan): PlanStep {
  const does =
    "Put the settings back (billing mode, auto scaling, stream, time to live, point-in-time recovery, tags, deletion protection, table class, on-demand maximum, Contributor Insights, Kinesis destinations, resource policy) and compare them";
  return {
    does,
    ...NOTHING,
    changes: tables.map(({ name }) => `settings of ${name}`),
    undo: "nothing to undo",
  };
}

function readBackStep(): PlanStep {
  const does = "Read every table back and verify it again; each must equal its copy of step A, row by row";
  return { does, ...NOTHING, undo: "nothing to undo" };
}

function cleanUpStep(plan: DynamodbPlan): PlanStep {
  const deletes = [...plan.tables, ...onlyRead(plan)].map(({ temporary }) => temporary);
  const does = "Delete the temporary tables, which until here are the second copy; the backups of B are kept";
  return { does, ...NOTHING, deletes, undo: "the backups of B can be restored under any name" };
}

const BY_NAME =
  "What names a table only by its name, such as an IAM policy or an alarm, fits the new one; what names its id or its stream does not";

const LESS_CAPTURED =
  "The version that took the backup did not look at streams, table classes, resource policies, on-demand maxima, Contributor Insights and Kinesis destinations: what is put back is what the tables have today";

function* consequences(plan: DynamodbPlan, nowMs: number): Generator<string> {
  const { mode } = plan;
  if (plan.settling) yield* settlingConsequences(plan, plan.settling);
  if (plan.candidates) yield* quietConsequences(plan, plan.candidates);
  if (plan.gone) yield goneText(plan.gone);
  if (mode === "in-place") yield discardedText(plan, nowMs);
  if (plan.dyingPoints.length > 0)
    yield `The originals take their recovery history with them, so these points can no longer be restored: ${plan.dyingPoints.join(", ")}`;
  if (mode === "in-place") yield* settingsConsequences(plan);
  if (plan.leftAlone.length > 0)
    yield `Created since the backup and left alone, with their rows of today: ${plan.leftAlone.join(", ")}`;
  yield* costs(plan);
  if (mode === "in-place")
    yield "Afterwards start the instances fresh; one that was only paused must be restarted";
}

function* settingsConsequences(plan: DynamodbPlan): Generator<string> {
  if (plan.lessCaptured) yield LESS_CAPTURED;
  yield* losses(plan);
  yield* keptAlarms(plan);
  yield BY_NAME;
}

/** What a restore in place undoes, as it is at the given time: it grows while nobody runs the plan. */
export function discardedText({ tables, candidates = [], settling }: DynamodbPlan, nowMs: number): string {
  const first = Math.min(...tables.map(({ atSecond }) => atSecond));
  const text = `Every write since ${secondText(first)} is discarded: ${agoText(nowMs - first * 1000)} of work`;
  if (settling)
    return `${text}; and before it what cannot be kept, such as whatever was committed after ${timeText(settling.keptUntilMs)}`;
  return `${text}${atWorstText(first, candidates, nowMs)}`;
}

const READING = ["once", "twice", "three times"] as const;

function* costs(plan: DynamodbPlan): Generator<string> {
  const { tables, mode, settling } = plan;
  const more = onlyRead(plan).length;
  const rounds = mode === "in-place" ? 2 : 1;
  const restores = tables.length * rounds + more;
  const gigabytes = gigabytesOf(tables);
  yield `Quotas: ${restores} restores, ${MOST_RESTORES} at a time; ${tables.length + more} more tables meanwhile; ${mode === "in-place" ? tables.length : 0} backups`;
  yield `Time: ${rounds === 2 ? "two rounds of restores" : "one round of restores"}, each 2 to 20 minutes for small tables and up to hours for large ones (${gigabytes.toFixed(2)} GB here); reading every row ${READING[rounds - 1 + (settling ? 1 : 0)]}${settling ? " (what no transaction writes, once less)" : ""}${earlierCost(plan)}`;
}

function earlierCost({ tables, earlier = [] }: DynamodbPlan): string {
  if (earlier.length === 0) return "";
  const read = tables.filter(({ database, name }) =>
    earlier.some((each) => each.database === database && each.name === name),
  );
  return `, and those of the earlier copies once (${gigabytesOf(read).toFixed(2)} GB)`;
}

function gigabytesOf(tables: DynamodbPlan["tables"]): number {
  return tables.reduce((sum, { original }) => sum + original.bytes, 0) / 1e9;
}
