import type { RestorePoint } from "../../catalog/model.ts";
import type { QuietAsked, QuietFound } from "../../verify/quiet-seconds.ts";
import { type Clocks, lastProvableSecond, type Span } from "../../verify/subject.ts";
import { secondOf } from "../choose-point.ts";
import { backTo, type Cost } from "../way-back.ts";
import { CapturedDynamodb, type CapturedTable } from "./captured.ts";
import { type Coverage, coverageOfAll } from "./coverage.ts";
import { lostHistory } from "./plan.ts";
import { boundOf } from "./settled/settling.ts";

/** As much of a table as a look in a hurry tells. */
export interface SeenTable
  extends Pick<CapturedTable, "name" | "id" | "coordinator" | "metadata" | "bytes" | "coverage"> {
  /** Capacity units that it may be read with in a second, where that is a fixed number. */
  readonly readUnits?: number;
  /** Of a global table. */
  readonly replicas?: readonly string[];
}

export interface SeenDatabase {
  readonly name: string;
  readonly tables: readonly SeenTable[];
  /** Listed by ScalarDB's metadata, but there is no such table. */
  readonly missing: readonly string[];
}

/** With the last point: whether the tables still reach back to its second. */
export function lastPointCost(point: RestorePoint, databases: readonly SeenDatabase[], nowMs: number): Cost {
  const because = point.databases.flatMap((each) => {
    const now = databases.find(({ name }) => name === each.name);
    return now === undefined
      ? [`database "${each.name}" is not in the configuration any more`]
      : lostTables(each, now);
  });
  if (because.length > 0) return { kind: "impossible", because };
  return { kind: "possible", ...backTo(secondOf(point), nowMs) };
}

function lostTables(
  { name, atSecond, captured }: RestorePoint["databases"][number],
  now: SeenDatabase,
): readonly string[] {
  const { data } = CapturedDynamodb.safeParse(captured);
  if (data === undefined) return [`what the point has on record of database "${name}" is not of a DynamoDB`];
  const tables = new Map(now.tables.map((table) => [table.name, table]));
  return data.tables.flatMap((table) => lostHistory(table, tables.get(table.name), atSecond));
}

/** The span that every table of every database can be restored to, or why there is none. */
export function reachOf(
  databases: readonly SeenDatabase[],
): Coverage | { readonly because: readonly string[] } {
  const tables = databases.flatMap((database) => database.tables);
  const missing = databases.flatMap((database) => database.missing);
  const because = [
    ...missing.map((name) => `table "${name}" is listed by ScalarDB but does not exist`),
    ...tables
      .filter(({ coverage }) => coverage === undefined)
      .map(({ name }) => `table "${name}" has no point-in-time recovery`),
  ];
  if (because.length > 0) return { because };
  return (
    coverageOfAll(tables) ?? { because: ["there is no second that all tables can be restored to at present"] }
  );
}

/** With settling: what was committed so long before the latest second is surely kept. */
export function settlingCost({ latestSecond }: Coverage, clocks: Clocks, nowMs: number): Cost {
  const keptMs = latestSecond * 1000 - 2 * boundOf(clocks);
  return {
    kind: "possible",
    backToSecond: Math.floor(keptMs / 1000),
    costMs: Math.max(0, nowMs - keptMs),
  };
}

/** How far back a quiet second is looked for: whoever has none for so long has better ways back. */
const LOOKED_BACK_S = 3600;

/** The quiet seconds that could be proven if the search began now; undefined where recovery does not reach that far. */
export function latestQuietAsked(
  { earliestSecond, latestSecond }: Coverage,
  clocks: Clocks,
): QuietAsked | undefined {
  const toSecond = lastProvableSecond(latestSecond, clocks);
  const fromSecond = Math.max(earliestSecond, toSecond - LOOKED_BACK_S);
  if (fromSecond > toSecond) return undefined;
  return { fromSecond, toSecond, nearestSecond: toSecond, guardMs: boundOf(clocks) };
}

/** What can be dated inside the guard of any second that is asked for. */
export function guardedSpan({ fromSecond, toSecond, guardMs }: QuietAsked): Span {
  return { fromMs: fromSecond * 1000 - guardMs, toMs: (toSecond + 1) * 1000 + guardMs };
}

/** With the quiet second that a search would try first. */
export function quietCost(
  { fromSecond, toSecond, guardMs }: QuietAsked,
  { candidates: [first], commits }: QuietFound,
  nowMs: number,
): Cost {
  if (first !== undefined) return { kind: "possible", ...backTo(first.atSecond, nowMs) };
  const minutes = Math.ceil((toSecond + 1 - fromSecond) / 60);
  return {
    kind: "impossible",
    because: [
      `none of the last ${minutes} min that could be restored to was quiet for ${guardMs} ms on both sides of a second (${commits} commits)`,
    ],
  };
}

/** As much of a coordinator as is read without being asked to. */
const SMALL_BYTES = 64 * 2 ** 20;
/** What one unit of a table's capacity reads in a second, the cheap way. */
const UNIT_BYTES = 8192;
/** Of a fixed capacity no more than it has in so long: the transactions that go on want theirs. */
const CAPACITY_S = 60;

/** How much of a coordinator may be read by the way. */
export function smallBytes({ readUnits }: Pick<SeenTable, "readUnits">): number {
  return readUnits === undefined ? SMALL_BYTES : Math.min(SMALL_BYTES, readUnits * UNIT_BYTES * CAPACITY_S);
}
