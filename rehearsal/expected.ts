import type { RestorePoint } from "../shared/catalog/model.ts";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { CapturedJdbc } from "../shared/restore/jdbc/captured.ts";
import type { Call } from "./ledger/clients.ts";
import type { Totals } from "./ledger/totals.ts";

/** How many committed transactions a restored copy must have, by what the clients themselves know. */
export interface Expected {
  readonly atLeast: number;
  readonly atMost: number;
  /** To end a sentence with. */
  readonly because: string;
}

/** What a restore goes back to, by what the point rests on. */
export const BASES = {
  window: "the middle of the pause",
  snapshot: "the instant that one transaction saw",
  observed: "the middle of the pause",
  quiet: "the quiet second",
  settled: "the settled second",
} as const satisfies Record<RestorePoint["basis"], string>;

export function expected(opening: Totals, calls: readonly Call[], point: RestorePoint): Expected {
  return point.window === undefined
    ? expectedAt(opening, calls, instantOf(point))
    : byWindow(opening, calls, point.window.endMs);
}

/**
 * The pause was drained, and nothing commits inside the window, so an answer that a busy client noted there is of
 * before it.
 */
function byWindow({ transactions }: Totals, calls: readonly Call[], endMs: number): Expected {
  const before = calls.filter(({ answeredMs }) => answeredMs <= endMs);
  const committed = transactions + count(before, "committed");
  const unknown = count(before, "unknown");
  const lost = unknown === 0 ? "" : ` (and at most ${unknown} whose answer was lost)`;
  return {
    atLeast: committed,
    atMost: committed + unknown,
    because: `the ${committed} transactions that the clients saw committed before the pause${lost}`,
  };
}

/** A span on our clock in which the copy's instant lies. */
export interface Instant {
  readonly earliestMs: number;
  readonly latestMs: number;
  /** To end a sentence with. */
  readonly what: string;
}

/**
 * Clients went on: what was answered before the copy's instant is in it, what was sent after it is not, and of what was
 * under way each transaction is in it as a whole or not at all.
 */
export function expectedAt(
  { transactions }: Totals,
  calls: readonly Call[],
  { earliestMs, latestMs, what }: Instant,
): Expected {
  const before = calls.filter(({ answeredMs }) => answeredMs < earliestMs);
  const begun = calls.filter(({ sentMs }) => sentMs <= latestMs);
  const atLeast = transactions + count(before, "committed");
  const atMost = transactions + count(begun, "committed") + count(begun, "unknown");
  return {
    atLeast,
    atMost,
    because: `at least the ${atLeast} transactions that were answered before ${what}, at most the ${atMost} that were begun by then`,
  };
}

/** Of one database: several have a window. */
function instantOf({ id, databases }: RestorePoint): Instant {
  const [database] = databases;
  const { snapshot } = CapturedJdbc.parse(database?.captured);
  if (database?.clockBound === undefined || snapshot === undefined)
    throw new StillpointError("REHEARSAL_FAILED", `restore point "${id}" does not say when it was taken`);
  const { lowMs, highMs } = database.clockBound;
  return { earliestMs: snapshot.atMs - highMs, latestMs: snapshot.atMs - lowMs, what: "the snapshot" };
}

function count(calls: readonly Call[], result: Call["result"]): number {
  return calls.filter((call) => call.result === result).length;
}
