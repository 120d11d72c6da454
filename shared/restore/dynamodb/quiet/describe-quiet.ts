import type { QuietSecond } from "../../../verify/quiet-seconds.ts";
import { secondText } from "../../../verify/time-text.ts";
import type { PlanStep } from "../../plan-step.ts";
import { agoText } from "../../plan-text.ts";
import { type DynamodbPlan, onlyRead } from "../plan.ts";
import { UNSET } from "../settled/describe-settling.ts";
import { madeBy } from "./tries.ts";

/** What is done where the copies of the first quiet second are not proven; nothing where it is the only one. */
export function nextTries(plan: DynamodbPlan, candidates: readonly QuietSecond[]): readonly PlanStep[] {
  const [first, ...others] = candidates;
  if (first === undefined || others.length === 0) return [];
  const now = new Set([...plan.tables, ...onlyRead(plan)].map(({ temporary }) => temporary));
  const made = madeBy(plan);
  const later = [...made.tables, ...made.onlyRead]
    .map(({ temporary }) => temporary)
    .filter((name) => !now.has(name));
  return [
    {
      does: `Where the copies of ${secondText(first.atSecond)} are not proven: delete them again and go on in the same way with the next quiet second, until one is proven: ${others.map(candidateText).join(", ")}`,
      creates: later,
      changes: [],
      deletes: [...now],
      undo: "stillpoint restore abandon RUN removes what was made; the originals are untouched",
    },
  ];
}

function candidateText({ atSecond, marginMs }: QuietSecond): string {
  return `${secondText(atSecond)} (margin ${(marginMs / 1000).toFixed(1)} s)`;
}

/** What a restore costs that rests on quiet seconds. */
export function* quietConsequences(
  plan: DynamodbPlan,
  candidates: readonly QuietSecond[],
): Generator<string> {
  const [first] = candidates;
  if (first === undefined) return;
  yield `Nobody paused: the point rests on ${candidateText(first)}, a second around which nothing committed; it is restored only where its copies are proven by the coordinator of a later second`;
  if (plan.isBoundDefault) yield UNSET;
  if (candidates.length === 1) return;
  const { tables } = plan;
  const gigabytes = tables.reduce((sum, { original }) => sum + original.bytes, 0) / 1e9;
  yield `Each further try (${candidates.length - 1} at most) costs another ${tables.length + onlyRead(plan).length} restores, and reading every row of them (${gigabytes.toFixed(2)} GB)`;
}

/** Which of the quiet seconds is proven, nobody knows who agrees to the plan. */
export function atWorstText(firstSecond: number, candidates: readonly QuietSecond[], nowMs: number): string {
  const earliest = Math.min(firstSecond, ...candidates.map(({ atSecond }) => atSecond));
  if (earliest === firstSecond) return "";
  return `; where only the earliest of the quiet seconds is proven, every write since ${secondText(earliest)}: ${agoText(nowMs - earliest * 1000)} of work`;
}
