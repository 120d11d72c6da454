import { beat, beatScheduled, begin, type LifeSign } from "./heartbeat.ts";
import { acquire, type Holder, release } from "./lease.ts";
import { Heartbeat, Lease, PauseRecord, Request, RestorePoint, Run, SettledPage } from "./model.ts";
import { type Readable, type Records, recordsOf } from "./records.ts";
import type { Store, Version } from "./store.ts";

/** The durable record of pauses, restore points and restores, with types, over any store. */
export interface Catalog {
  readonly store: Store;
  /** `untilMs` is for a backup, whose lease ends by itself; a restore's ends with its run. */
  acquireLease(deployment: string, holder: Holder, nowMs: number, untilMs?: number): Promise<void>;
  releaseLease(deployment: string, run: string): Promise<void>;
  lease(deployment: string): Promise<Lease | undefined>;
  readonly pauses: Pauses;
  readonly points: Points;
  readonly runs: Runs;
  readonly sweeps: Sweeps;
  readonly requests: Requests;
  readonly settlements: Settlements;
  readonly journal: Journals;
}

export interface Pauses extends Changeable<PauseRecord> {
  /** Every pause that a sweep must still look after. */
  open(): Promise<Readable<PauseRecord>>;
  /** Oldest first. Without a deployment: those of all. */
  list(deployment?: string): Promise<Readable<PauseRecord>>;
}

export interface Points extends Omit<Changeable<RestorePoint>, "replace"> {
  /** Oldest first. Without a deployment: those of all. */
  list(deployment?: string): Promise<Readable<RestorePoint>>;
}

export interface Runs extends Changeable<Run> {
  /** Oldest first. Without a deployment: those of all. */
  list(deployment?: string): Promise<Readable<Run>>;
}

/** The sweeps that go on by themselves, by their heartbeats. */
export interface Sweeps {
  begin(sign: LifeSign, nowMs: number): Promise<Heartbeat>;
  /** Answers the heartbeat as it stands now. */
  beat(mine: Heartbeat): Promise<Heartbeat>;
  /** Of a sweep that is called by a schedule. */
  beatScheduled(sign: Omit<LifeSign, "of" | "sinceMs">, nowMs: number): Promise<void>;
  list(): Promise<Readable<Heartbeat>>;
}

/** What was asked for by schedules, events and callers. `create` is `CATALOG_CONFLICT` for what was asked before. */
export interface Requests extends Omit<Changeable<Request>, "replace"> {
  /** Oldest first. Without a deployment: those of all. */
  list(deployment?: string): Promise<Readable<Request>>;
}

/** What restores have settled, page by page. */
export type Settlements = Pick<Records<SettledPage>, "find" | "put" | "update">;

export interface Journals {
  append(run: string, index: number, entry: unknown): Promise<void>;
  read(run: string): Promise<readonly unknown[]>;
}

/** What can be done to records that carry their own id. */
interface Changeable<T> extends Pick<Records<T>, "find" | "get" | "update" | "replace"> {
  create(record: T): Promise<Version>;
}

export function catalogOver(store: Store): Catalog {
  const leases = recordsOf(store, "leases", Lease);
  const pauses = recordsOf(store, "pauses", PauseRecord);
  const points = recordsOf(store, "points", RestorePoint);
  const runs = recordsOf(store, "runs", Run);
  const sweeps = recordsOf(store, "sweeps", Heartbeat);
  const requests = recordsOf(store, "requests", Request);
  const { find, put, update } = recordsOf(store, "settlements", SettledPage);
  return {
    store,
    acquireLease: (deployment, holder, nowMs, untilMs) =>
      acquire(leases, runs, { deployment, holder, nowMs, ...(untilMs !== undefined && { untilMs }) }),
    releaseLease: (deployment, run) => release(leases, deployment, run),
    lease: async (deployment) => (await leases.find(deployment))?.record,
    pauses: {
      ...changeable(pauses),
      open: async () => only(await pauses.allOpen(), ({ state }) => state !== "closed"),
      list: async (deployment) => oldestFirst(await pauses.all(), ({ openedMs }) => openedMs, deployment),
    },
    points: {
      ...changeable(points),
      list: async (deployment) => oldestFirst(await points.all(), created, deployment),
    },
    runs: {
      ...changeable(runs),
      list: async (deployment) => oldestFirst(await runs.all(), created, deployment),
    },
    sweeps: {
      begin: (sign, nowMs) => begin(sweeps, sign, nowMs),
      beat: (mine) => beat(sweeps, mine),
      beatScheduled: (sign, nowMs) => beatScheduled(sweeps, sign, nowMs),
      list: () => sweeps.all(),
    },
    requests: {
      ...changeable(requests),
      list: async (deployment) =>
        oldestFirst(await requests.all(), ({ receivedMs }) => receivedMs, deployment),
    },
    settlements: { find, put, update },
    journal: {
      append: (run, index, entry) => store.append(run, index, entry),
      read: (run) => store.journal(run),
    },
  };
}

function changeable<T extends { readonly id: string }>(records: Records<T>): Changeable<T> {
  const { find, get, update, replace, create } = records;
  return { find, get, update, replace, create: (record) => create(record.id, record) };
}

function only<T>({ records, unreadable }: Readable<T>, wanted: (record: T) => boolean): Readable<T> {
  return { records: records.filter(wanted), unreadable };
}

interface OfDeployment {
  readonly id: string;
  readonly deployment: string;
}

const created = ({ createdMs }: { readonly createdMs: number }) => createdMs;

function oldestFirst<T extends OfDeployment>(
  all: Readable<T>,
  timeOf: (record: T) => number,
  deployment?: string,
): Readable<T> {
  const { records, unreadable } = only(
    all,
    (record) => deployment === undefined || record.deployment === deployment,
  );
  const order = (a: T, b: T) => timeOf(a) - timeOf(b) || (a.id < b.id ? -1 : 1);
  return { records: [...records].sort(order), unreadable };
}
