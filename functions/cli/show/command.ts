import { commandReasons } from "../../../shared/backup/command.ts";
import { unpauseBudgetMs } from "../../../shared/backup/unpause.ts";
import type { CommandRecord } from "../../../shared/catalog/model.ts";
import type { PauseSettings } from "../../../shared/config/config.ts";
import { commandText } from "../../../shared/restore/choose-point.ts";
import { counted, fact } from "./text.ts";
import { showSpan } from "./time.ts";

/** Shown of an output; the catalog keeps more of it. */
const MOST_LINES = 20;
const LONGEST_LINE = 200;

/** What will be run, told while nobody is paused. */
export function intendedLines(
  command: string,
  { longestMs, rpcDeadlineMs }: PauseSettings,
): readonly string[] {
  const most = showSpan(Math.max(longestMs - unpauseBudgetMs(rpcDeadlineMs), 0));
  return [
    ...fact("command", commandText(command)),
    ...fact(
      "limit",
      `at most ${most} inside the pause, less what pausing takes: pause.longest is ${showSpan(longestMs)}, and the unpause needs its share`,
    ),
  ];
}

/** How it ended, and the end of what it wrote. */
export function endedLines(record: CommandRecord): readonly string[] {
  const { startedMs, endedMs, output, outputBytes } = record;
  const [reason = "it ended with status 0"] = commandReasons(record);
  return [
    ...fact("ran", `${showSpan(endedMs - startedMs)}: ${reason}`),
    ...fact("wrote", outputBytes === 0 ? "nothing" : wroteText(output, outputBytes)),
    ...shownOf(output).map((line) => `    | ${line}`),
  ];
}

/** Of a point or a pause, what ran inside it. */
export function commandLines(record: CommandRecord | undefined): readonly string[] {
  if (record === undefined) return [];
  return [...fact("command", commandText(record.command)), ...endedLines(record)];
}

function wroteText(output: string, bytes: number): string {
  const lines = linesOf(output).length;
  const isAll = lines <= MOST_LINES && Buffer.byteLength(output) >= bytes;
  const size = counted(bytes, "byte");
  return isAll ? size : `${size}; the last lines of it`;
}

function shownOf(output: string): readonly string[] {
  return linesOf(output)
    .slice(-MOST_LINES)
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}...` : line));
}

function linesOf(output: string): readonly string[] {
  const text = output.trimEnd();
  return text === "" ? [] : text.split("\n");
}
