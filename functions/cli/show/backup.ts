import type { BackupResult } from "../../../shared/backup/backup-result.ts";
import type { BackupEvent } from "../../../shared/backup/event.ts";
import { isDumped, takesSnapshots } from "../../../shared/backup/snapshot.ts";
import type { RestorePoint } from "../../../shared/catalog/model.ts";
import { addressOf } from "../../../shared/pause/instance.ts";
import { commandText, isByCommandOnly } from "../../../shared/restore/choose-point.ts";
import { sizeText } from "../../../shared/restore/size-text.ts";
import { endedLines } from "./command.ts";
import { pendingText, verdictFacts } from "./observed.ts";
import { BY_ITS_TOOL, basisText, clockText, dumpFacts, windowText } from "./point.ts";
import { counted, fact, listed } from "./text.ts";
import { showSpan, showTime } from "./time.ts";

/** One event of a backup as a line of progress. The last two are told with the verdict. */
export function backupProgress(event: BackupEvent): readonly string[] {
  switch (event.kind) {
    case "discovered":
      return fact(
        "instances",
        `${basisText(event.instances.length, event.basis)}: ${listed(event.instances)}`,
      );
    case "captured":
      return fact("database", `${event.database}: ${counted(event.tables, event.noun)}`);
    case "snapshots":
      return event.taken.flatMap(({ database, atMs }) =>
        fact("snapshot", `${database} as of ${new Date(atMs).toISOString()} on its clock`),
      );
    case "dumping":
      return fact("dumping", dumpingText(event));
    case "dumped":
      return fact("dumped", dumpedText(event));
    case "clock-measured":
      return fact("clock", clockText(event.database, event));
    case "pausing":
      return fact(
        "pausing",
        `${event.pause}; to be open again by ${showTime(event.deadlineMs)}; what is not then, a sweep opens`,
      );
    case "paused":
      return fact("paused", `all instances, drained after ${showSpan(event.drainMs)}; holding`);
    case "observing":
      return fact(
        "observing",
        `${event.database}: Cassy pauses, takes its snapshots and unpauses; watched for at most ${showSpan(event.limitMs)}`,
      );
    case "command-started":
      return fact("running", `the command, for at most ${showSpan(event.limitMs)}`);
    case "command-ended":
      return endedLines(event.record);
    case "unpausing":
      return fact("unpausing", `${listed(event.instances)} (${event.reason})`);
    case "unpaused":
      return fact("open", "all of them again; measuring and judging hold nobody");
    case "still-paused":
      return fact("WARNING", `may still be paused: ${listed(event.instances)}`);
    case "pause-window":
    case "restore-point":
      return [];
    default:
      return event satisfies never;
  }
}

/** The verdict, with everything that it rests on. */
export function verdictLines(deployment: string, result: BackupResult): readonly string[] {
  const { verdict, window, heldMs, point, pause, command } = result;
  return [
    `${deployment}: ${verdict.kind}${point ? pointText(point) : ", no restore point"}`,
    ...(verdict.kind === "invalid" ? verdict.reasons.flatMap((reason) => fact("because", reason)) : []),
    ...verdictFacts(verdict),
    ...(point?.databases ?? []).flatMap((one) =>
      fact("second", `${showTime(one.atSecond * 1000)} of ${one.name}${snapshotText(one)}`),
    ),
    ...(window ? fact("window", windowText(window)) : []),
    ...(point?.marginMs === undefined
      ? []
      : fact(
          "margin",
          `${showSpan(point.marginMs)} from the ${takesSnapshots(point) ? "snapshot" : "second"} to the nearer end of the window`,
        )),
    ...fact("held", heldMs > 0 ? showSpan(heldMs) : "not at all"),
    ...(point ? dumpLines(point) : []),
    ...(point?.databases ?? []).flatMap(({ name, clockBound }) =>
      clockBound ? fact("clock", clockText(name, clockBound)) : [],
    ),
    ...(command ? fact("command", commandText(command.command)) : []),
    ...(point && isByCommandOnly(point) ? fact("restore", BY_ITS_TOOL) : []),
    ...(point?.artifact === "pending" && !isDumped(point) ? fact("pending", pendingText(point)) : []),
    ...(point ? fact("list", basisText(point.instances.length, point.discovery)) : []),
    ...(pause === undefined
      ? fact("pause", "none: one transaction of one database sees all tables as of one instant")
      : [...gatesText(result).flatMap((text) => fact("gates", text)), ...fact("pause", pause)]),
  ];
}

/** A snapshot's second may begin before the window; the snapshot does not. */
function snapshotText({ kind }: RestorePoint["databases"][number]): string {
  return takesSnapshots({ databases: [{ kind }] }) ? ", the one that its snapshot was taken in" : "";
}

/** A moment may be valid, and its dump not have come to its end. */
function pointText({ id, artifact }: RestorePoint): string {
  return artifact === "failed"
    ? `, but the dump FAILED: nothing to restore to (${id})`
    : `, restore point ${id}`;
}

type Told<K extends BackupEvent["kind"]> = Extract<BackupEvent, { kind: K }>;

function dumpingText({ database, rawBytes, storedBytes, estimatedBytes }: Told<"dumping">): string {
  const share = estimatedBytes >= rawBytes ? ` of about ${sizeText(estimatedBytes)}` : "";
  return `${database}: ${sizeText(rawBytes)}${share} read, ${sizeText(storedBytes)} stored`;
}

function dumpedText({ database, key, rawBytes, storedBytes, sha256, tookMs }: Told<"dumped">): string {
  return `${database}: ${sizeText(rawBytes)} as ${sizeText(storedBytes)} in ${showSpan(tookMs)}, read back: ${key} (SHA-256 ${sha256.slice(0, 16)}...)`;
}

/** Where each dump is, and what became of it. */
function dumpLines(point: RestorePoint): readonly string[] {
  if (!isDumped(point)) return [];
  const places = point.databases.flatMap(({ name, captured }) => dumpFacts(name, captured));
  const because = point.because === undefined ? "" : `: ${point.because}`;
  return [...places, ...fact("artifact", `${point.artifact}${because}`)];
}

function gatesText({ stillPaused, leftAlone, verdict }: BackupResult): readonly string[] {
  const texts = [
    ...(stillPaused.length > 0 ? [`MAY STILL BE PAUSED: ${listed(stillPaused.map(addressOf))}`] : []),
    ...(leftAlone.length > 0
      ? [`left to another backup, which holds them by now: ${listed(leftAlone.map(addressOf))}`]
      : []),
  ];
  const who = verdict.kind === "observed" ? "Cassy" : "this backup";
  return texts.length > 0 ? texts : [`all that ${who} paused were seen open`];
}
