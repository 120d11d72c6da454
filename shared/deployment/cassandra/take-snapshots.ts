import type { SnapshotEffects } from "../../backup/effects.ts";
import type { Snapshot, Snapshots } from "../../backup/snapshot.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { OpenDeployment } from "../open-deployment.ts";

type Open = Pick<OpenDeployment, "cassandra" | "clock">;

/** One call for each cluster, all at once. Where one came to nothing, nobody waits for the others. */
export async function takeSnapshots(
  open: Open,
  { databases, withinMs }: SnapshotEffects["take-snapshots"]["input"],
  interruption: AbortSignal,
): Promise<Snapshots> {
  const end = new AbortController();
  const signal = AbortSignal.any([interruption, end.signal]);
  const taking = databases.map(async (database) => {
    try {
      return [database, await takeOne(open, database, withinMs, signal)] as const;
    } catch (error) {
      end.abort();
      throw interruption.aborted ? interrupted() : error;
    }
  });
  const ended = await firstFailureLast(taking);
  return Object.fromEntries(ended);
}

/** All that was begun has ended before the first failure is told. */
async function firstFailureLast<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

async function takeOne(
  { cassandra, clock }: Open,
  name: string,
  withinMs: number,
  signal: AbortSignal,
): Promise<Snapshot> {
  const database = cassandra(name);
  const begunMs = clock.oursMs();
  const answer = await database.takeSnapshot({ type: "node", withinMs, signal });
  const takenMs = clock.oursMs();
  switch (answer.kind) {
    case "taken":
      return { begunMs, takenMs, atMs: (begunMs + takenMs) / 2, captured: answer.captured };
    case "refused":
      throw failed(name, "took no snapshot that could be used", answer.message);
    case "unanswered":
      throw failed(name, "did not say within the pause that the snapshots were taken", answer.message);
    default:
      return answer satisfies never;
  }
}

function failed(name: string, what: string, message: string): StillpointError {
  return new StillpointError(
    "SNAPSHOT_FAILED",
    `Cassy ${what} of database "${name}": ${message}; a snapshot that it takes all the same is of no use, whatever the bucket shows later`,
  );
}

function interrupted(): StillpointError {
  return new StillpointError(
    "INTERRUPTED",
    "interrupted while Cassy took the snapshots; those that it has taken, or takes all the same, are of no use",
  );
}
