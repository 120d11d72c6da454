import type { Swept } from "../../../shared/backup/sweep.ts";
import { fact, listed } from "./text.ts";
import { showTime } from "./time.ts";

/** What became of each open record. */
export function sweptLines(records: readonly Swept[]): readonly string[] {
  return records.flatMap((swept) => fact(swept.pause, sweptText(swept), swept.pause.length));
}

function sweptText(swept: Swept): string {
  switch (swept.kind) {
    case "not-due":
      return `not due: its backup has until ${showTime(swept.deadlineMs)}`;
    case "closed":
      return swept.unpaused.length === 0
        ? "closed: all instances are open"
        : `closed: unpaused ${listed(swept.unpaused)}; all instances are open`;
    case "unsettled":
      return [
        "stays under the sweep",
        ...(swept.unpaused.length > 0 ? [`unpaused ${listed(swept.unpaused)}`] : []),
        ...(swept.stillPaused.length > 0 ? [`MAY STILL BE PAUSED: ${listed(swept.stillPaused)}`] : []),
        ...(swept.waiting.length > 0 ? [`seen open, to be seen so once more: ${listed(swept.waiting)}`] : []),
      ].join("; ");
    case "failed":
      return `could not be looked after: ${swept.message}`;
    default:
      return swept satisfies never;
  }
}
