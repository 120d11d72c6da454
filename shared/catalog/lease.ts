import { StillpointError } from "../errors/stillpoint-error.ts";
import { type Lease, type Run, SCHEMA } from "./model.ts";
import type { Records } from "./records.ts";

export type Holder = NonNullable<Lease["holder"]>;

export interface LeaseRequest {
  readonly deployment: string;
  readonly holder: Holder;
  readonly nowMs: number;
  /** When a backup's lease ends by itself; a restore's belongs to its run. */
  readonly untilMs?: number;
}

/**
 * Takes the lease of a deployment, or takes it again for the same run. `LEASE_HELD` where another run holds it:
 * a backup until its lease has expired, a restore until its run has ended or was abandoned.
 */
export async function acquire(
  leases: Records<Lease>,
  runs: Records<Run>,
  request: LeaseRequest,
): Promise<void> {
  const { deployment, holder, nowMs, untilMs } = request;
  if ((holder.kind === "backup") !== (untilMs !== undefined))
    throw new StillpointError(
      "INTERNAL",
      `the lease of ${holder.kind} "${holder.run}" must end with its ${endOf(holder)}`,
    );
  await leases.put(deployment, async (lease) => {
    const same = lease?.holder?.run === holder.run;
    if (lease?.holder !== undefined && !same && !(await isFree(lease, runs, nowMs)))
      throw held(request, lease);
    const sinceMs = same ? (lease?.sinceMs ?? nowMs) : nowMs;
    return { schema: SCHEMA, deployment, holder, sinceMs, ...(untilMs !== undefined && { untilMs }) };
  });
}

/** Gives the lease back; one that another run has taken over meanwhile stays with it. */
export async function release(leases: Records<Lease>, deployment: string, run: string): Promise<void> {
  await leases.put(deployment, (lease) => {
    if (lease !== undefined && lease.holder?.run !== run) return lease;
    return { schema: SCHEMA, deployment };
  });
}

async function isFree({ holder, untilMs }: Lease, runs: Records<Run>, nowMs: number): Promise<boolean> {
  if (holder === undefined) return true;
  switch (holder.kind) {
    case "backup":
      return untilMs !== undefined && untilMs < nowMs;
    case "restore": {
      const state = (await runs.find(holder.run))?.record.state;
      return state === "done" || state === "abandoned";
    }
    default:
      return holder.kind satisfies never;
  }
}

function endOf({ kind }: Holder): string {
  return kind === "backup" ? "deadline" : "run";
}

function held({ deployment, holder }: LeaseRequest, lease: Lease): StillpointError {
  const owner = lease.holder as Holder;
  const since = lease.sinceMs === undefined ? "" : ` since ${timeOf(lease.sinceMs)}`;
  const what = `cannot begin ${holder.kind} "${holder.run}" of "${deployment}": ${owner.kind} "${owner.run}" has held its lease${since}`;
  const next =
    owner.kind === "backup"
      ? `until ${timeOf(lease.untilMs ?? 0)} at the latest. Nothing was paused or changed; wait until it has ended, or until then if its process died`
      : `and holds it until it has ended. Nothing was paused or changed; finish it with "stillpoint restore resume ${owner.run}" ` +
        `or give it up with "stillpoint restore abandon ${owner.run}"`;
  return new StillpointError("LEASE_HELD", `${what} ${next}`);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
