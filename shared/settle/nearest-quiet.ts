import { quietSeconds } from "../verify/quiet-seconds.ts";
import type { Scratch } from "../verify/scratch.ts";
import { secondText } from "../verify/time-text.ts";
import { COMMITTED } from "../verify/transaction-row.ts";
import type { SettlingTimes } from "./settling-times.ts";

const SECOND_MS = 1000;

/** What the coordinator of these copies itself says of a second before theirs that needs no settling. */
export function nearestQuiet(scratch: Scratch, { boundMs, nearMs, keptUntilMs }: SettlingTimes): string {
  const lastMs = keptUntilMs - boundMs - SECOND_MS;
  const asked = {
    fromSecond: Math.ceil((nearMs + boundMs) / SECOND_MS),
    toSecond: Math.floor(lastMs / SECOND_MS),
    nearestSecond: Math.floor(lastMs / SECOND_MS),
    guardMs: boundMs,
  };
  const [nearest] = quietSeconds(asked, commits(scratch, nearMs)).candidates;
  return nearest === undefined
    ? "No second of the last minutes before was quiet. "
    : `The nearest second before that was quiet, by the coordinator of these copies, is ${secondText(nearest.atSecond)}. `;
}

function* commits(scratch: Scratch, sinceMs: number): Generator<number> {
  const query = `select created from decision where state = ${COMMITTED} and created > ${sinceMs}`;
  for (const [created] of scratch.rows(query)) yield created as number;
}
