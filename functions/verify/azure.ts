import { READING_KINDS } from "../../shared/settle/reading.ts";
import { ACTIVITIES, carryOut, ofRun } from "../restore/azure-activities.ts";

const KINDS: ReadonlySet<string> = new Set(READING_KINDS);

/** Whether an effect reads rows, or judges what was read. */
export function verifies(kind: string): boolean {
  return KINDS.has(kind);
}

/** What reads all rows is an activity of its own: its log and its duration tell it from what only asks and changes. */
export function registerVerify(): void {
  ofRun(ACTIVITIES.verify, carryOut);
}
