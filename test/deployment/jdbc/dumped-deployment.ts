import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { openArtifacts } from "../../../shared/artifacts/open-store.ts";
import type { ArtifactStore } from "../../../shared/artifacts/store.ts";
import { type Catalog, catalogOver } from "../../../shared/catalog/catalog.ts";
import type { Deployment } from "../../../shared/config/config.ts";
import type { JdbcDatabase } from "../../../shared/databases/jdbc/database.ts";
import { followDump } from "../../../shared/databases/jdbc/follow-dump.ts";
import type { OpenDeployment } from "../../../shared/deployment/open-deployment.ts";
import { ourClock } from "../../../shared/deployment/our-clock.ts";
import type { CapturedJdbc } from "../../../shared/restore/jdbc/captured.ts";
import { memoryStore } from "../../catalog/memory-store.ts";

/** How the dump tool of a test behaves. */
export interface FakeTool {
  readonly output?: () => AsyncIterable<Buffer>;
  /** Its verdict, once all was written. */
  readonly ended?: () => Promise<void>;
  readonly snapshot?: () => Promise<void>;
  readonly store?: (real: ArtifactStore) => ArtifactStore;
}

export interface DumpedDeployment extends AsyncDisposable {
  readonly open: OpenDeployment;
  readonly catalog: Catalog;
  readonly store: ArtifactStore;
  readonly stopped: readonly string[];
  /** Names of all that is in the store. */
  files(): Promise<readonly string[]>;
}

export const CAPTURED: CapturedJdbc = {
  engine: "postgresql",
  product: "PostgreSQL",
  serverVersion: "15.18",
  host: "127.0.0.1",
  port: 5432,
  database: "ledger",
  schemas: ["scalar", "coordinator", "scalardb"],
  tables: [{ schema: "coordinator", name: "state", rows: 3, bytes: 8192 }],
  settings: {},
};

/** A deployment whose databases are dumped by a tool of the test, into a folder, with a catalog in memory. */
export async function dumpedDeployment(tools: Readonly<Record<string, FakeTool>>): Promise<DumpedDeployment> {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-dumps-"));
  const store = await openArtifacts({ kind: "folder", path: folder }, {});
  const catalog = catalogOver(memoryStore());
  const clock = ourClock();
  const stopped: string[] = [];
  const names = Object.keys(tools);
  const databases = new Map(
    Object.entries(tools).map(([name, tool]) => [name, fakeDatabase(name, tool, { store, stopped })]),
  );
  const open = {
    settings: settingsOf(names),
    env: {},
    catalog,
    clock,
    database: (name: string) => databases.get(name),
    jdbc: (name: string) => databases.get(name),
    discoverPaused: async () => ({ instances: [], basis: "list" }),
  } as unknown as OpenDeployment;
  return {
    open,
    catalog,
    store,
    stopped,
    files: async () => (await readdir(folder, { recursive: true, withFileTypes: true })).flatMap(fileName),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function fileName(entry: { readonly name: string; isFile(): boolean }): readonly string[] {
  return entry.isFile() ? [entry.name] : [];
}

function settingsOf(databases: readonly string[]): Deployment {
  return {
    name: "payments",
    product: "scalardl",
    components: [],
    pause: {
      holdMs: "auto",
      drainWaitMs: 1_000,
      longestMs: 10_000,
      clockAllowanceMs: 250,
      scalarClockBoundMs: 1_000,
      rpcDeadlineMs: 500,
    },
    databases: databases.map((name) => ({ name, kind: "jdbc" })) as unknown as Deployment["databases"],
    verification: { parts: { kind: "folder" } },
    approvalWithinMs: 1_000,
  };
}

async function* someRows(): AsyncGenerator<Buffer> {
  for (let row = 0; row < 200; row++) yield Buffer.from(`row ${row} of a dump\n`.repeat(50));
}

function fakeDatabase(
  name: string,
  { output = someRows, ended, snapshot, store: wrapped = (real) => real }: FakeTool,
  { store: real, stopped }: { readonly store: ArtifactStore; readonly stopped: string[] },
): JdbcDatabase {
  const store = wrapped(real);
  const worth = { identity: ["table 1"], problems: [], coveredFromSecond: 0, artifact: "pending" } as const;
  return {
    kind: "jdbc",
    store: async () => store,
    capture: async () => ({ ...worth, captured: CAPTURED }),
    identify: async () => worth,
    probeClock: async (now: () => number) => [
      { sentMs: now(), answeredMs: now() + 1, dateSecond: now() / 1000, spanMs: 1 },
    ],
    startDump: async (clock: () => number) => {
      const begunMs = clock();
      await snapshot?.();
      const stream = Readable.from(output(), { objectMode: false });
      const written = new Promise<void>((resolve) => stream.once("close", resolve));
      return {
        captured: CAPTURED,
        dump: {
          snapshot: { begunMs, takenMs: clock(), atMs: Date.now() },
          tool: "pg_dump (of a test)",
          format: "custom",
          output: stream,
          ended: (async () => {
            await written;
            await ended?.();
          })(),
          stop: async () => {
            stopped.push(name);
            stream.destroy();
          },
        },
      };
    },
    follow: (captured: unknown, _passedMs: number, leftMs?: () => number) =>
      followDump(store, captured, leftMs),
  } as unknown as JdbcDatabase;
}
