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
      return ["closed: all instances are open", ...doneText(swept)].join("; ");
    case "unsettled":
      return [
        "stays under the sweep",
        ...doneText(swept),
        ...(swept.stillPaused.length > 0 ? [`MAY STILL BE PAUSED: ${listed(swept.stillPaused)}`] : []),
        ...(swept.waiting.length > 0
          ? [`seen open, to be seen so once more, a drain wait and a call later: ${listed(swept.waiting)}`]
          : []),
      ].join("; ");
    case "failed":
      return `could not be looked after: ${swept.message}`;
    default:
      return swept satisfies never;
  }
}

function doneText({ unpaused, gone }: Extract<Swept, { kind: "closed" | "unsettled" }>): readonly string[] {
  return [
    ...(unpaused.length > 0 ? [`unpaused ${listed(unpaused)}`] : []),
    ...(gone.length > 0 ? [`gone, and their pauses with them: ${listed(gone)}`] : []),
  ];
}
