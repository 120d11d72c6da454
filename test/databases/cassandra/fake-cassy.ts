import type {
  BackupEntry,
  Cassy,
  Registration,
  TakenBackup,
} from "../../../shared/databases/cassandra/cassy.ts";
import type { CassyTools } from "../../../shared/databases/cassandra/cassy-tools.ts";
import type { FoundUploads, Uploads } from "../../../shared/databases/cassandra/uploads.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import type { CapturedCassandra } from "../../../shared/restore/cassandra/captured.ts";

export const NOW_MS = 1_796_000_000_000;
export const HOUR_MS = 3_600_000;

/** Cassy with nothing but answers, which tests change. */
export interface FakeCassy extends Cassy {
  registration: Registration;
  registrations: (Registration & { readonly createdMs: number })[];
  entries: BackupEntry[];
  /** What it says, or how long it says nothing. */
  answer: (of: { readonly clusterId: string; readonly signal?: AbortSignal }) => Promise<TakenBackup>;
  isDown: boolean;
  readonly calls: string[];
}

export function fakeCassy(cluster: Pick<CapturedCassandra, "cluster" | "nodes" | "keyspaces">): FakeCassy {
  const refuseWhenDown = (call: string) => {
    fake.calls.push(call);
    if (fake.isDown)
      throw new StillpointError("DATABASE_UNREACHABLE", `${call} was not answered by Cassy at "cassy:20051"`);
  };
  const fake: FakeCassy = {
    address: "cassy:20051",
    registration: {
      clusterId: `${cluster.cluster}-new`,
      clusterName: cluster.cluster,
      nodes: cluster.nodes.map(({ address }) => address),
      keyspaces: cluster.keyspaces.map(({ name }) => name),
      dataDir: "/var/lib/cassandra/data",
    },
    registrations: [],
    entries: [],
    answer: async () => ({
      kind: "taken",
      snapshotId: "5c2d",
      createdMs: NOW_MS,
      nodes: fake.registration.nodes,
    }),
    isDown: false,
    calls: [],
    async register(host) {
      refuseWhenDown(`register ${host}`);
      fake.registrations.unshift({ ...fake.registration, createdMs: NOW_MS });
      return fake.registration;
    },
    async clusters(limit) {
      refuseWhenDown("clusters");
      return fake.registrations.slice(0, limit);
    },
    async backups({ clusterId, snapshotId }) {
      refuseWhenDown("backups");
      return fake.entries.filter(
        (entry) => entry.clusterId === clusterId && (snapshotId ?? entry.snapshotId) === entry.snapshotId,
      );
    },
    async takeBackup(of) {
      fake.calls.push(`takeBackup ${of.type} of ${of.clusterId}`);
      return fake.answer(of);
    },
    async restore() {
      throw new Error("nothing is restored here");
    },
    restores: async () => [],
    close: () => {},
  };
  return fake;
}

export function entryOf(of: Partial<BackupEntry> & Pick<BackupEntry, "node" | "status">): BackupEntry {
  return {
    clusterId: "bank-new",
    snapshotId: "5c2d",
    createdMs: NOW_MS,
    updatedMs: NOW_MS,
    type: "node",
    ...of,
  };
}

export interface FakeUploads extends Uploads {
  found: FoundUploads;
  troubles: string[];
  looks: number;
  onLook: (signal?: AbortSignal) => Promise<void>;
}

export function fakeUploads(): FakeUploads {
  const fake: FakeUploads = {
    name: 'bucket "cassy"',
    found: { uploads: [], unsavedIndexes: [], missing: [] },
    troubles: [],
    looks: 0,
    onLook: async () => {},
    problems: async () => fake.troubles,
    async look(_snapshot, _of, signal) {
      fake.looks += 1;
      await fake.onLook(signal);
      return fake.found;
    },
    close: () => {},
  };
  return fake;
}

export function toolsOf<C extends Cassy, U extends Uploads>(cassy: C, uploads: U) {
  return {
    cassy,
    uploads,
    settings: {
      host: "cassy",
      port: 20051,
      cassandraHost: "10.0.0.1",
      mode: "guarded",
      bucket: { name: "cassy", region: "eu-west-1" },
      uploadLimitMs: 12 * HOUR_MS,
    },
  } satisfies CassyTools;
}
