import type { BackupResult } from "../backup/backup-result.ts";
import { commandReasons } from "../backup/command.ts";
import type { CommandRecord } from "../catalog/model.ts";
import type { Failure } from "../errors/stillpoint-error.ts";
import { addressOf } from "../pause/instance.ts";

/** Why a backup is no success; the most urgent first: an outage, then an interruption, then one that is worth nothing. */
export function backupFailure(
  deployment: string,
  result: BackupResult,
  uncaught?: string,
): Failure | undefined {
  const { stillPaused, leftAlone, failure, verdict, pause, point, command } = result;
  const gates =
    leftAlone.length === 0
      ? "every instance that it had paused is open again"
      : "every instance that it had paused is open again or held by another backup by now";
  if (stillPaused.length > 0) {
    const names = stillPaused.map((instance) => `"${addressOf(instance)}"`).join(", ");
    return {
      code: "STILL_PAUSED",
      message: `${names} of "${deployment}" may still be paused after "${pause}"; the sweep goes on with them`,
    };
  }
  if (uncaught !== undefined)
    return {
      code: "INTERNAL",
      message: `an error that nobody caught came in the way of the backup of "${deployment}": ${uncaught}; ${gates}, and its verdict stands as it was told`,
    };
  if (point?.artifact === "failed")
    return {
      code: "DUMP_FAILED",
      message: `the dumps of point "${point.id}" of "${deployment}" failed: ${point.because}; ${pause === undefined ? "nobody was paused" : gates}, and nothing was kept of them`,
    };
  if (point !== undefined && failure !== undefined) return failure;
  if (failure?.code === "INTERRUPTED")
    return {
      code: "INTERRUPTED",
      message: `the backup of "${deployment}" was interrupted; ${gates}, and no restore point was recorded`,
    };
  if (verdict.kind !== "invalid") return undefined;
  const [ended] = command ? commandReasons(command) : [];
  if (command !== undefined && ended !== undefined)
    return {
      code: "COMMAND_FAILED",
      message: `inside the pause of "${deployment}" ${ended}${lastLine(command)}; ${gates}, and no restore point was recorded`,
    };
  return {
    code: "WINDOW_INVALID",
    message: `the window of "${pause}" must not be used${command ? ", nor what the command has left" : ""}: ${verdict.reasons.join("; ")}`,
  };
}

/** What tools say last is mostly why they failed. */
function lastLine({ output }: CommandRecord): string {
  const line = output.trimEnd().split("\n").at(-1)?.trim() ?? "";
  if (line === "") return "; it wrote nothing";
  return `; the last that it wrote was "${line.length > LINE ? `${line.slice(0, LINE)}...` : line}"`;
}

const LINE = 200;
