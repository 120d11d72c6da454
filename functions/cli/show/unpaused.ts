import type { RestorePoint } from "../../../shared/catalog/model.ts";
import type { Settling } from "../../../shared/restore/dynamodb/plan.ts";
import type { DynamodbResult } from "../../../shared/restore/dynamodb/restore.ts";
import type { RestorePlan } from "../../../shared/restore/restore-plan.ts";
import { settledText } from "./dropped.ts";
import { candidatesText, showSecond, spanText } from "./search.ts";
import { counted, fact, listed, wrapped } from "./text.ts";
import { precise } from "./time.ts";

/** Of a point that rests on no pause: what it rests on instead. */
export function unpausedFacts({ quiet, settled }: RestorePoint): readonly string[] {
  return [...(quiet ? quietFacts(quiet) : []), ...(settled ? settledFacts(settled) : [])];
}

function quietFacts({
  search,
  guardMs,
  candidates,
  provenSecond,
}: NonNullable<RestorePoint["quiet"]>): readonly string[] {
  return [
    ...fact("guard", `${guardMs} ms before and after a second, in which nothing was committed`),
    ...fact("to be tried", candidatesText(candidates)),
    ...fact(
      "proven",
      provenSecond === undefined ? "not yet: a restore proves it, or is not used" : showSecond(provenSecond),
    ),
    ...fact("found by", search),
  ];
}

function settledFacts({ keptUntilMs, boundMs, by }: NonNullable<RestorePoint["settled"]>): readonly string[] {
  return [
    ...fact("kept until", `${precise(keptUntilMs)}, by a bound of ${boundMs} ms on the clocks`),
    ...fact(
      "settled",
      by === undefined
        ? "not yet: a restore drops what was not surely complete, and says what"
        : `by ${by.run}: ${counted(by.dropped, "committed transaction")} dropped, ${by.inDoubt} in doubt rolled back`,
    ),
    ...(by === undefined ? [] : fact("listed by", `stillpoint dropped ${by.run}`)),
  ];
}

/** Of a plan: what it does about nobody having paused. */
export function unpausedPlanFacts(plan: RestorePlan): readonly string[] {
  if (plan.kind === "search") return fact("looks for", spanText(plan));
  if (plan.kind !== "dynamodb") return [];
  const { candidates, settling } = plan;
  return [
    ...(candidates ? fact("to be tried", candidatesText(candidates)) : []),
    ...(settling ? settlingFacts(settling) : []),
  ];
}

function settlingFacts({ keptUntilMs, boundMs, isBoundDefault, tables }: Settling): readonly string[] {
  const named = (how: Settling["tables"][number]["how"], text: string) => {
    const names = tables.filter((table) => table.how === how).map(({ name }) => name);
    return names.length === 0 ? [] : fact(text, listed(names));
  };
  const byDefault = isBoundDefault ? ", which is the default: nobody has set pause.scalarClockBound" : "";
  return [
    ...fact("kept until", `${precise(keptUntilMs)}, by a bound of ${boundMs} ms${byDefault}`),
    ...named("wholly", "settled"),
    ...named("perhaps", "perhaps"),
    ...named("as-it-is", "as it is"),
  ];
}

/** What a restore has dropped, and where the list of it is. */
export function settledLines(run: string, { settled }: DynamodbResult): readonly string[] {
  if (settled === undefined) return [];
  return [
    ...wrapped(`settled: ${settledText(settled)}`, "  "),
    `    each of them, and why: stillpoint dropped ${run}`,
  ];
}

/** Quiet seconds that a restore had tried before the one that it has restored. */
export function notUsedLines({ notUsed = [] }: DynamodbResult): readonly string[] {
  return [
    ...notUsed.flatMap(({ atSecond, proof, reason }) =>
      wrapped(`second ${showSecond(atSecond)} was tried before and not used: ${proof}: ${reason}`, "  "),
    ),
    ...(notUsed.some(({ proof }) => proof === "disproven") ? wrapped(TORN, "    ") : []),
  ];
}

const TORN =
  "Where copies of a quiet second are torn, a commit was written late, or the clocks are farther apart than pause.scalarClockBound says: find out which, since with such clocks another second may be called proven and be torn all the same.";
