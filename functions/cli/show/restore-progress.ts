import type { Phase, RestoreEvent } from "../../../shared/restore/dynamodb/effects.ts";
import { counted } from "./text.ts";

/** The phases as people know them, with the letters of ScalarDL's procedure. */
export const PHASES: Readonly<Record<Phase, string>> = {
  check: "check that the world is as planned",
  wait: "wait until every table can be restored to its second",
  copy: "A: restore to temporary names",
  verify: "verify the copies",
  "back-up": "B: back the copies up",
  replace: "C and D: delete the originals, restore the backups under their names",
  settings: "put the settings back",
  "read-back": "read back and verify again",
  "clean-up": "delete the temporary tables",
};

/** One event of a restore as a line, with the time since its beginning. */
export function restoreProgress(event: RestoreEvent, sinceMs: number): string {
  const at = `${Math.floor(sinceMs / 1000)}s`.padStart(6);
  switch (event.kind) {
    case "phase":
      return `${at}  ${PHASES[event.phase]}`;
    case "table":
      return `${at}    ${event.stage.padEnd(11)} ${event.table}`;
    case "verified":
      return `${at}    ${event.proof.padEnd(11)} ${counted(event.rows, "row")} read and judged`;
    default:
      return event satisfies never;
  }
}
