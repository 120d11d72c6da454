import { summarize } from "../shared/verify/summary.ts";
import type { Totals } from "./ledger/totals.ts";
import type { PlainCopy, RehearsalWorld } from "./rehearsal-world.ts";

const LINES = 4;
/** Enough seconds under load to meet a torn one: most are. */
const MOST_TRIES = 3;

/**
 * What somebody gets who restores everything to the same second without a pause: no database promises a single
 * instant inside it, and transactions were under way. Tries a few seconds until one is torn so that the money shows it.
 */
export async function tornSecond(
  world: RehearsalWorld,
  second: number,
  whole: Totals,
): Promise<readonly string[]> {
  let torn: readonly string[] | undefined;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const copy = await world.plainCopy(second - tries, tries);
    const sums = sumsOf(world, copy, whole);
    if (sums.length > 0) return tornLines(copy, second - tries, sums);
    if (copy.report.proof.kind === "disproven") torn ??= tornLines(copy, second - tries, sums);
  }
  return (
    torn ?? [
      `Of ${MOST_TRIES} seconds under load none was torn this time: luck, which nobody should plan with.`,
    ]
  );
}

function tornLines(
  { what, report, remarks }: PlainCopy,
  second: number,
  sums: readonly string[],
): readonly string[] {
  const time = new Date(second * 1000).toISOString();
  return [
    `${what} restored to ${time}, a second under load:`,
    ...sums,
    ...(report.proof.kind === "disproven" ? summarize(report).slice(0, LINES) : NOT_SEEN),
    ...remarks,
  ];
}

/** Of a user table's half transactions the rows by themselves show few; the money shows them all the same. */
const NOT_SEEN = [
  "Verification cannot tell from this copy alone: its rows hide that, and there was no pause to hold them against.",
];

/** One line where the money does not add up. */
function sumsOf(
  { words: { things } }: RehearsalWorld,
  { totals }: PlainCopy,
  whole: Totals,
): readonly string[] {
  const { assets, balance } = totals;
  if (balance === whole.balance && assets === whole.assets) return [];
  return [
    `${assets} ${things} with ${balance} in all: at no moment were there other than ${whole.assets} with ${whole.balance}.`,
  ];
}
