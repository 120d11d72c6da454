import type { PauseRecord, RestorePoint } from "../../../shared/catalog/model.ts";
import { addressOf, type DiscoveryBasis } from "../../../shared/pause/instance.ts";
import { CapturedCassandra } from "../../../shared/restore/cassandra/captured.ts";
import { commandText, isByCommandOnly, secondOf } from "../../../shared/restore/choose-point.ts";
import { CapturedJdbc } from "../../../shared/restore/jdbc/captured.ts";
import { sizeText } from "../../../shared/restore/size-text.ts";
import { nounCaptured, tablesCaptured } from "../../../shared/restore/tables-captured.ts";
import { commandLines } from "./command.ts";
import { basisFacts, pendingText } from "./observed.ts";
import { counted, fact, listed, table, WIDTH } from "./text.ts";
import { precise, showSpan, showTime } from "./time.ts";
import { unpausedFacts } from "./unpaused.ts";

const RESTS_ON: Readonly<Record<DiscoveryBasis, string>> = {
  list: "by the addresses in the configuration",
  dns: "as DNS said, which forgets an instance that is being terminated too early",
  kubernetes: "as Kubernetes said",
};

/** What a list of instances rests on, in words. */
export function basisText(count: number, basis: DiscoveryBasis): string {
  return `${counted(count, "instance")}, ${RESTS_ON[basis]}`;
}

/** Restore points, oldest first, one line each, and one more where a command ran. */
export function pointTable(points: readonly RestorePoint[], nowMs: number): readonly string[] {
  if (points.length === 0) return ["no restore points"];
  const rows = points.map((point) => [
    point.id,
    showTime(secondOf(point) * 1000),
    showSpan(nowMs - secondOf(point) * 1000),
    point.basis,
    stateOf(point),
    point.heldMs === undefined ? "-" : showSpan(point.heldMs),
    marginText(point),
    `${point.instances.length} (${point.discovery})`,
  ]);
  const lines = table(
    ["POINT", "SECOND (UTC)", "AGE", "BASIS", "STATE", "HELD", "MARGIN", "INSTANCES"],
    rows,
  );
  return lines.flatMap((line, nth) => [line, ...ranLine(points[nth - 1])]);
}

/** Of a quiet point, that of the second which is tried first. */
function marginText({ marginMs, quiet }: RestorePoint): string {
  const margin = marginMs ?? quiet?.candidates[0]?.marginMs;
  return margin === undefined ? "-" : showSpan(margin);
}

/** Under its point, where a command ran inside the pause. */
function ranLine(point: RestorePoint | undefined): readonly string[] {
  if (point?.command === undefined) return [];
  const line = `    ${isByCommandOnly(point) ? "left by" : "beside"}: ${commandText(point.command.command)}`;
  return [line.length > WIDTH ? `${line.slice(0, WIDTH - 3)}...` : line];
}

/** Of a point that a command has left all of. */
export const BY_ITS_TOOL =
  "by the command's own tool, with the instances stopped; Stillpoint keeps the evidence of the window only";

/** Whether it can be restored to; `lost` is one whose tables were replaced since. */
function stateOf({ artifact, lostTo }: RestorePoint): string {
  return lostTo === undefined ? artifact : "lost";
}

/** Pauses that gave no restore point, each with its reasons. */
export function invalidLines(pauses: readonly PauseRecord[]): readonly string[] {
  if (pauses.length === 0) return ["no invalid windows"];
  return pauses.flatMap((pause) => {
    const reasons =
      pause.verdict?.kind === "invalid"
        ? pause.verdict.reasons
        : [`its backup never gave a verdict (${pause.state})`];
    return [
      `${pause.id}  ${showTime(pause.openedMs)}  invalid`,
      ...reasons.flatMap((reason) => fact("because", reason, 8)),
    ];
  });
}

/** Everything about one restore point. */
export function pointLines(point: RestorePoint): readonly string[] {
  const { window, databases } = point;
  return [
    `restore point ${point.id}`,
    ...fact("deployment", point.deployment),
    ...databases.flatMap(({ name, kind, atSecond }) =>
      fact("second", `${showTime(atSecond * 1000)} of ${name} (${kind})`),
    ),
    ...fact("basis", point.basis),
    ...basisFacts(point),
    ...unpausedFacts(point),
    ...fact(
      "state",
      point.lostTo === undefined ? artifactText(point) : `lost: ${point.lostTo} replaced its tables`,
    ),
    ...(isByCommandOnly(point) ? fact("restore", BY_ITS_TOOL) : []),
    ...commandLines(point.command),
    ...(window ? fact("window", windowText(window)) : []),
    ...(point.marginMs === undefined ? [] : fact("margin", showSpan(point.marginMs))),
    ...(point.heldMs === undefined ? [] : fact("held", showSpan(point.heldMs))),
    ...databases.flatMap(({ name, clockBound }) =>
      clockBound ? fact("clock", clockText(name, clockBound)) : [],
    ),
    ...fact("list", basisText(point.instances.length, point.discovery)),
    ...fact("instances", listed(point.instances.map(addressOf))),
    ...(point.pause === undefined ? [] : fact("pause", point.pause)),
    ...databases.flatMap(({ name, captured }) => dumpFacts(name, captured)),
    ...databases.flatMap(({ name, captured }) => snapshotFacts(name, captured)),
    ...databases.flatMap(({ name, captured }) =>
      fact(`${nounCaptured(captured)}s`, tablesText(name, captured)),
    ),
  ];
}

/** Where a dump is, and what it must be. */
export function dumpFacts(database: string, captured: unknown): readonly string[] {
  const { data } = CapturedJdbc.safeParse(captured);
  if (data?.artifact === undefined) return [];
  const { key, store, tool, bytes, rawBytes, sha256 } = data.artifact;
  const size =
    bytes === undefined || rawBytes === undefined ? "" : `, ${sizeText(rawBytes)} as ${sizeText(bytes)}`;
  return [
    ...fact("dump", `${database}: ${key} in ${store}${size}, by ${tool}`),
    ...(sha256 === undefined ? [] : fact("sha-256", sha256)),
  ];
}

/** What Cassy took of a cluster, and what was seen of it in the bucket. */
function snapshotFacts(database: string, captured: unknown): readonly string[] {
  const { data } = CapturedCassandra.safeParse(captured);
  if (data?.snapshot === undefined) return [];
  const { snapshotId, type, clusterId, bucket } = data.snapshot;
  const nodes = data.uploads?.map(
    ({ address, files, bytes }) => `${counted(files, "file")} of ${address} (${sizeText(bytes)})`,
  );
  return [
    ...fact(
      "snapshot",
      `${database}: ${snapshotId} of Cassy's cluster ${clusterId}, taken ${type === "cluster" ? "of the cluster" : "node by node"}, in bucket ${bucket}`,
    ),
    ...fact("uploads", nodes === undefined ? "not all seen in the bucket" : listed(nodes)),
  ];
}

/** A pending one is carried on by `follow`. */
function artifactText(point: RestorePoint): string {
  const { artifact, because } = point;
  const why = because === undefined ? "" : `: ${because}`;
  return artifact === "pending" ? `pending${why}; ${pendingText(point)}` : `${artifact}${why}`;
}

export function windowText({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }): string {
  return `${showSpan(endMs - startMs)}, from ${precise(startMs)} to ${precise(endMs)} on our clock`;
}

export function clockText(
  database: string,
  { lowMs, highMs }: { readonly lowMs: number; readonly highMs: number },
): string {
  return `${database} is between ${signed(lowMs)} and ${signed(highMs)} ahead of ours, the allowance included`;
}

function signed(ms: number): string {
  return `${Math.round(ms)} ms`;
}

function tablesText(database: string, captured: unknown): string {
  const names = tablesCaptured(captured);
  if (names === undefined) return `${database}: not readable by this version`;
  return `${counted(names.length, nounCaptured(captured))} of ${database}: ${listed(names)}`;
}
