import type { VerificationReport } from "../shared/verify/report.ts";
import { summarize } from "../shared/verify/summary.ts";
import type { Totals } from "./ledger/totals.ts";
import type { PlainCopies, PlainCopy, Words } from "./rehearsal-world.ts";

const LINES = 4;
/** Enough copies of times under load to meet a torn one: most are. */
export const MOST_TRIES = 3;

/**
 * What somebody gets who copies everything without a pause, or not in one transaction: no database promises a single
 * instant then, and transactions were under way. Tries a few until one is torn so that the money shows it.
 */
export async function tornCopy(
  { of, make }: PlainCopies,
  { things }: Words,
  whole: Totals,
): Promise<readonly string[]> {
  let torn: readonly string[] | undefined;
  for (let turn = 0; turn < MOST_TRIES; turn++) {
    const copy = await make(turn);
    const sums = sumsOf(things, copy, whole);
    if (sums.length > 0) return tornLines(copy, sums);
    if (copy.report.proof.kind === "disproven" || copy.contradictions.length > 0)
      torn ??= tornLines(copy, sums);
  }
  return (
    torn ?? [`Of ${MOST_TRIES} ${PLURAL[of]} none was torn this time: luck, which nobody should plan with.`]
  );
}

const PLURAL = {
  second: "seconds under load",
  "loop over the schemas": "loops over the schemas under load",
  "loop over the keyspaces": "loops over the keyspaces under load",
} as const satisfies Record<PlainCopies["of"], string>;

function tornLines(
  { what, report, contradictions, remarks }: PlainCopy,
  sums: readonly string[],
): readonly string[] {
  return [
    what,
    ...sums,
    ...contradictions,
    ...(report.proof.kind === "disproven" ? summarize(report).slice(0, LINES) : notSeen(report)),
    ...remarks,
  ];
}

/** Of half transactions the rows by themselves show few; what is said of them above shows them all the same. */
function notSeen({ findings }: VerificationReport): readonly string[] {
  return [
    "Verification cannot tell from this copy alone: its rows hide that, and there was no pause to hold them against.",
    ...findings.map(({ text }) => `It only warns: ${text}.`),
  ];
}

/** One line where the money does not add up. */
function sumsOf(things: Words["things"], { totals }: PlainCopy, whole: Totals): readonly string[] {
  const { assets, balance } = totals;
  if (balance === whole.balance && assets === whole.assets) return [];
  return [
    `${assets} ${things} with ${balance} in all: at no moment were there other than ${whole.assets} with ${whole.balance}.`,
  ];
}
