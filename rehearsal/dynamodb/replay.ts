import { createHash, randomUUID } from "node:crypto";
import type { RehearsalDynamodb } from "./dynamodb.ts";
import type { Wire } from "./wire.ts";

/** One write request of a recorded run, with the time and the HTTP status that it had. */
export interface RecordedWrite {
  readonly seq: number;
  readonly atMs: number;
  readonly operation: string;
  readonly status: number;
  readonly request: Wire;
}

/** One request a line: `{ seq, at_ms, op, status, request }`. */
export function parseRecordedWrites(text: string): readonly RecordedWrite[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { seq, at_ms: atMs, op: operation, status, request } = JSON.parse(line);
      return { seq, atMs, operation, status, request };
    });
}

export interface Replay {
  readonly accepted: number;
  readonly refused: number;
  /** Requests that ended otherwise than they did when they were recorded. */
  readonly differing: readonly (RecordedWrite & { readonly statusNow: number })[];
}

/**
 * Carries out recorded writes one after the other, each at its recorded time, so that every second of the run
 * can be restored. The tables must exist; their point-in-time recovery is made to begin with the first write.
 */
export async function replayJournal(
  db: RehearsalDynamodb,
  writes: readonly RecordedWrite[],
): Promise<Replay> {
  checkPast(db, writes);
  const firstMs = Math.min(...writes.map(({ atMs }) => atMs));
  for (const table of new Set(writes.flatMap(tablesOf))) db.backdate(table, firstMs);
  const run = randomUUID();
  const statuses: number[] = [];
  for (const { operation, request, atMs } of writes)
    statuses.push((await db.carryOut(operation, withOwnToken(request, run), atMs)).status);
  const outcomes = writes.map((write, position) => ({ ...write, statusNow: statuses[position] ?? 500 }));
  return {
    accepted: outcomes.filter(({ statusNow }) => statusNow === 200).length,
    refused: outcomes.filter(({ statusNow }) => statusNow !== 200).length,
    differing: outcomes.filter(({ status, statusNow }) => (status === 200) !== (statusNow === 200)),
  };
}

/**
 * A token that was used before is answered from memory and writes nothing, so each replay has tokens of its own;
 * a token that the recorded run used twice is still the same twice.
 */
function withOwnToken(request: Wire, run: string): Wire {
  const token = request["ClientRequestToken"];
  if (token === undefined) return request;
  return {
    ...request,
    ClientRequestToken: createHash("sha256").update(`${run} ${token}`).digest("hex").slice(0, 36),
  };
}

function checkPast(db: RehearsalDynamodb, writes: readonly RecordedWrite[]): void {
  const last = Math.max(...writes.map(({ atMs }) => atMs));
  if (last > db.now())
    throw new Error(
      `Cannot replay a write of ${new Date(last).toISOString()}: the database's clock says ${new Date(db.now()).toISOString()}. Set its clock ahead first`,
    );
}

/** Which tables a request names, wherever it names them. */
function tablesOf({ request }: RecordedWrite): readonly string[] {
  return [...JSON.stringify(request).matchAll(/"TableName":"([^"]+)"/g)].map(([, name]) => String(name));
}
