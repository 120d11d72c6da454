import type { Phase, RestoreEvent } from "../../../shared/restore/dynamodb/effects.ts";
import { counted, wrapped } from "./text.ts";

/** Room for the longest stage. */
const STAGE_WIDTH = 10;

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
  "clean-up": "delete what is needed no more",
};

/** One event of a restore as lines, with the time since its beginning. */
export function restoreProgress(event: Exclude<RestoreEvent, { kind: "table" }>, sinceMs: number): string {
  switch (event.kind) {
    case "phase":
      return `${clock(sinceMs)}  ${PHASES[event.phase]}`;
    case "verified":
      return `${clock(sinceMs)}    ${verifiedText(event)}`;
    default:
      return event satisfies never;
  }
}

/** Tables that reached a stage together. */
export function stageLines(stage: string, tables: readonly string[], sinceMs: number): readonly string[] {
  const head = `${clock(sinceMs)}    `;
  const [first = "", ...others] = wrapped(
    `${stage.padEnd(STAGE_WIDTH)} ${counted(tables.length, "table")}: ${tables.join(", ")}`,
    " ".repeat(head.length),
  );
  return [`${head}${first.trimStart()}`, ...others];
}

export function verifiedText({ proof, rows }: Extract<RestoreEvent, { kind: "verified" }>): string {
  return `${proof.padEnd(STAGE_WIDTH)} ${counted(rows, "row")} read and judged`;
}

function clock(sinceMs: number): string {
  return `${Math.floor(sinceMs / 1000)}s`.padStart(6);
}
