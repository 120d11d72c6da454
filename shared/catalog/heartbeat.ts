import { codeOf, StillpointError } from "../errors/stillpoint-error.ts";
import { type Heartbeat, SCHEMA } from "./model.ts";
import type { Records } from "./records.ts";

/** A busy host or a slow catalog may cost a beat or two; three in a row mean that nobody is there. */
const BEATS_MISSED = 3;
/** So long it can be seen that a sweep was lost; then its place is free. */
const REMEMBERED_MS = 24 * 3_600_000;
/** Far more sweeps than anybody runs at a time. */
const PLACES = 1_000;

/** What a sweep tells of itself when it begins. */
export type LifeSign = Pick<
  Heartbeat,
  "host" | "process" | "of" | "deployments" | "sinceMs" | "intervalMs" | "trouble"
>;

/**
 * Whether the sweep can be counted on. A beat from the future says no more than an old one: the hosts' clocks
 * disagree, so nobody knows when it was.
 */
export function isLiving({ endedMs, beatMs, intervalMs }: Heartbeat, nowMs: number): boolean {
  return endedMs === undefined && Math.abs(nowMs - beatMs) <= BEATS_MISSED * intervalMs;
}

/** Takes the first place that is free. */
export async function begin(sweeps: Records<Heartbeat>, sign: LifeSign, nowMs: number): Promise<Heartbeat> {
  for (let place = 1; place <= PLACES; place++) {
    const mine: Heartbeat = { ...sign, schema: SCHEMA, id: `sweep-${place}`, beatMs: nowMs };
    if (await take(sweeps, mine)) return mine;
  }
  throw new StillpointError("CATALOG_CONFLICT", `the catalog has ${PLACES} sweeps already; none was begun`);
}

async function take(sweeps: Records<Heartbeat>, mine: Heartbeat): Promise<boolean> {
  try {
    const { record } = await sweeps.put(mine.id, (found) =>
      found === undefined || isFree(found, mine.beatMs) ? mine : found,
    );
    return record === mine;
  } catch (error) {
    // A place that cannot be read must not keep a sweep from its work.
    const code = codeOf(error);
    if (code === "CATALOG_DAMAGED" || code === "CATALOG_NEWER") return false;
    throw error;
  }
}

function isFree({ endedMs, beatMs }: Heartbeat, nowMs: number): boolean {
  return endedMs !== undefined || Math.abs(nowMs - beatMs) > REMEMBERED_MS;
}

/** The sign of life of a sweep that is called again and again, each time by another process: one place for all. */
export async function beatScheduled(
  sweeps: Records<Heartbeat>,
  sign: Omit<LifeSign, "of" | "sinceMs">,
  nowMs: number,
): Promise<void> {
  const id = `schedule-${sign.host}`;
  await sweeps.put(id, (found) => ({
    ...sign,
    schema: SCHEMA,
    id,
    of: { kind: "schedule" },
    sinceMs: found?.sinceMs ?? nowMs,
    beatMs: nowMs,
  }));
}

/**
 * Writes the sign of life; in a new place where another sweep has taken the old one over, as after a long freeze.
 * `NOT_FOUND` where the record is gone, and most likely the catalog with it: it must not be made anew.
 */
export async function beat(sweeps: Records<Heartbeat>, mine: Heartbeat): Promise<Heartbeat> {
  const { record } = await sweeps.update(mine.id, (found) => (isSame(found, mine) ? mine : found));
  return record === mine ? mine : begin(sweeps, mine, mine.beatMs);
}

function isSame(one: Heartbeat, other: Heartbeat): boolean {
  return one.host === other.host && one.process === other.process && one.sinceMs === other.sinceMs;
}
