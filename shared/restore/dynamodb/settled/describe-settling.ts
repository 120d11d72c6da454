import { earlierSecondOf } from "../../../verify/subject.ts";
import { secondText, timeText } from "../../../verify/time-text.ts";
import type { PlanStep } from "../../plan-step.ts";
import type { DynamodbPlan, Settling } from "../plan.ts";
import { withoutEarlier } from "./earlier-copies.ts";

const UNDO = "stillpoint restore abandon RUN removes what was made; the originals are untouched";

/** What is done to the copies of a second at which nobody paused. */
export function settleStep({ tables, run }: DynamodbPlan, settling: Settling): PlanStep {
  const changed = new Set(named(settling, "wholly", "perhaps"));
  const copies = tables.filter(({ name }) => changed.has(name)).map(({ temporary }) => temporary);
  const does = `Settle the copies: read them once more, keep the transactions that are provably complete by ${timeText(settling.keptUntilMs)}, and take the others out. Every condition under which that cannot be told is checked before a row is changed, and what will be changed is on record before it is: stillpoint dropped ${run} lists it`;
  return { does, creates: [], changes: copies.map((name) => `rows of ${name}`), deletes: [], undo: UNDO };
}

function named(
  { tables }: Settling,
  ...how: readonly Settling["tables"][number]["how"][]
): readonly string[] {
  return tables.filter((table) => how.includes(table.how)).map(({ name }) => name);
}

/** What settling means for the data, in sentences. */
export function* settlingConsequences(plan: DynamodbPlan, settling: Settling): Generator<string> {
  const { run, proofs } = plan;
  const { keptUntilMs, boundMs, isBoundDefault } = settling;
  yield `Nobody paused at this second, so it is no backup: transactions committed until ${timeText(keptUntilMs)}, by the clocks of their own processes, are kept, with all that they need; later ones are dropped, and those that need a dropped one. That is ${boundMs} ms before the second, the bound on how far the clocks may be apart`;
  if (isBoundDefault) yield UNSET;
  yield* tableTexts(plan, settling);
  if (proofs.length > 0) yield LATER;
  yield `Each transaction that is dropped is listed with its time, what it had written, and why: stillpoint dropped ${run}. Its client may have been told that it was committed, and may send it again with the same nonce: it is then carried out as a new one`;
}

/** Of whatever rests on the bound on the clocks. */
export const UNSET =
  "Nobody has set pause.scalarClockBound: the default of 1s is taken. Where the clocks may be farther apart than that, what comes out may be broken and nothing need show it: find out how far, and set it";

const LATER =
  "The coordinator is restored once more, to a later second, and asked which transactions had committed around this one: a record that was deleted leaves nothing to see";

function* tableTexts(plan: DynamodbPlan, settling: Settling): Generator<string> {
  yield `Settled wholly, since their records are only ever added: ${listed(named(settling, "wholly"))}`;
  const perhaps = named(settling, "perhaps");
  if (perhaps.length > 0) yield* perhapsTexts(plan, perhaps);
  const untouched = named(settling, "as-it-is");
  if (untouched.length > 0)
    yield `Not settled, since no transaction writes them, and restored as they were at some instant of the second: ${listed(untouched)}`;
}

/** What becomes of records that change in place depends on whether anything tells who has written what. */
function* perhapsTexts(plan: DynamodbPlan, perhaps: readonly string[]): Generator<string> {
  const { earlier, settling, tables, run } = plan;
  const inDoubt = `Settled only perhaps, since their records change in place: ${listed(perhaps)}. A record in doubt goes back to what it was before`;
  if (earlier === undefined || settling === undefined) {
    yield `${inDoubt}; where a transaction that is not kept had committed around the second, and has overwritten one or may have deleted one, ${STOPS}`;
    yield UNLOGGED;
    return;
  }
  const atSecond = earlierSecondOf({
    atSecond: Math.min(...tables.map((table) => table.atSecond)),
    ...settling,
  });
  yield `${inDoubt}. What transactions that are not kept have overwritten or deleted is told by the write sets of the coordinator (tx_write_set), and comes back from copies of ${secondText(atSecond)}: ${listed(earlier.map(({ name }) => name))}. Where these do not show what a record was, ${STOPS}`;
  const lacking = tables.filter(({ name }) => perhaps.includes(name));
  yield* lacking
    .flatMap((table) => withoutEarlier(table, run, atSecond))
    .map(
      (why) => `No copy of ${secondText(atSecond)}, so nothing but records in doubt to go back to: ${why}`,
    );
}

const STOPS = "the restore stops before a row is changed, says so, and proposes a quiet second";

const UNLOGGED =
  "The coordinator keeps no write sets, which would tell what such a transaction has written: from ScalarDB 3.19 on, set scalar.db.consensus_commit.coordinator.write_set_logging.enabled=true for every process and the schema loader, and let repairCoordinatorTables (the schema loader's --coordinator --repair-all) add the column tx_write_set. It serves seconds after that";

function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map((name) => `"${name}"`).join(", ");
}
