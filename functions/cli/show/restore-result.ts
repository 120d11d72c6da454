import type { Run } from "../../../shared/catalog/model.ts";
import type { RestoreResult } from "../../../shared/restore/dynamodb/restore.ts";
import type { VerificationReport } from "../../../shared/verify/report.ts";
import { summarize } from "../../../shared/verify/summary.ts";
import { counted, fact, wrapped } from "./text.ts";

/** The end of a restore: what was verified, what did not come back, what was kept, what to do now. */
export function resultLines(
  { id, deployment, point }: Pick<Run, "id" | "deployment" | "point">,
  result: RestoreResult,
): readonly string[] {
  const { mode, copies, replaced, settingsDifferences, backups } = result;
  return [
    `restored ${deployment} to ${point} ${mode === "in-place" ? "under the original names" : "side by side"} (${id})`,
    ...verified("the copies", summarize(copies)),
    ...(copies.proof.kind === "unproven" ? wrapped(RESTS_ON_PAUSE, "    ") : []),
    ...(replaced ? verified("the restored tables", summaryAfter(copies, replaced)) : []),
    ...settingsLines(mode, settingsDifferences),
    ...(backups.length === 0
      ? []
      : [`  kept: ${counted(backups.length, "backup")}, until somebody deletes them`]),
    ...backups.map((arn) => `    ${arn}`),
    "",
    ...wrapped(wordAtTheEnd(mode, id), ""),
  ];
}

const RESTS_ON_PAUSE =
  "Nothing was found against it, and it could not be proven from the data alone: the restore rests on the evidence of its pause.";

function verified(what: string, summary: readonly string[]): readonly string[] {
  return [`  verified ${what}`, ...summary.flatMap((line) => wrapped(line, "    "))];
}

/** Mostly the same again: said once. */
function summaryAfter(copies: VerificationReport, replaced: VerificationReport): readonly string[] {
  const [before, after] = [summarize(copies), summarize(replaced)];
  return before.join() === after.join()
    ? ["read back, row by row the same as the copies; every check came out as above"]
    : after;
}

function settingsLines(
  mode: RestoreResult["mode"],
  differences: RestoreResult["settingsDifferences"],
): readonly string[] {
  const tables = Object.entries(differences);
  if (mode === "side-by-side") return [];
  if (tables.length === 0) return ["  settings: all captured settings came back"];
  return [
    "  settings that did NOT come back; put them back by hand",
    ...tables.flatMap(([table, found]) => found.flatMap((difference) => fact(table, difference, 0, "    "))),
  ];
}

function wordAtTheEnd(mode: RestoreResult["mode"], id: string): string {
  if (mode === "side-by-side")
    return `The originals were not touched. Look at the copies; remove them with: stillpoint restore abandon ${id}`;
  return "Now start the instances fresh: new processes, not ones that were only paused. Then take a backup: the points before went with the originals.";
}
