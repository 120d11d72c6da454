import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgresql } from "../rehearsal/servers/postgresql-server.ts";
import { checkDump } from "../shared/artifacts/check-dump.ts";
import { readDump } from "../shared/artifacts/read-dump.ts";
import { storeDump } from "../shared/artifacts/store-dump.ts";
import type { JdbcDatabaseSettings } from "../shared/config/config.ts";
import { openJdbc } from "../shared/databases/jdbc/database.ts";
import { openSql } from "../shared/databases/sql/open-sql.ts";

/**
 * Throughput of a dump into a folder and of its restore, beside the bare tools piped through `zstd -1` in the same run,
 * the memory that ours takes, and the rate at which a stored dump is checked: `node bench/dump.ts [GB] [ROUNDS]`. The
 * best of the rounds counts, since the first one of each reads from the disk what the others have in memory.
 */
const GIGABYTES = Number(process.argv[2] ?? 2);
const ROUNDS = Number(process.argv[3] ?? 2);
/** As a table of a ledger is: ids, ages, JSON and hashes. About so much each in a dump. */
const ROW_BYTES = 340;
const MEMORY_EVERY_MS = 50;

await using cleanup = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), "stillpoint-bench-"));
await chmod(folder, 0o755);
cleanup.defer(() => rm(folder, { recursive: true, force: true }));
const { bavail, bsize } = await statfs(folder);
if (bavail * bsize < 5 * GIGABYTES * 1e9)
  throw new Error(`there is no room for five times ${GIGABYTES} GB in ${folder}`);

const server = await startPostgresql({ folder: join(folder, "server"), settings: { max_wal_size: "8GB" } });
cleanup.defer(() => server.close());
const { host, port, user, password } = server;
const env = {
  PGHOST: host,
  PGPORT: String(port),
  PGUSER: user,
  PGPASSWORD: password,
  BENCH_PASSWORD: password,
};
await fill();

const settings: JdbcDatabaseSettings = {
  name: "main",
  kind: "jdbc",
  engine: "postgresql",
  host,
  port,
  database: "ledger",
  user,
  password: { env: "BENCH_PASSWORD" },
  tls: "off",
  metadataNamespace: "scalardb",
  coordinatorNamespace: "coordinator",
  ledgerNamespace: "scalar",
  format: "custom",
  replicaWaitMs: 0,
  dumps: { kind: "folder", path: join(folder, "dumps") },
};
const database = openJdbc(settings, env);
cleanup.defer(() => database.close());

const bare: number[] = [];
const ours: number[] = [];
let key = "";
let sealed: Awaited<ReturnType<typeof dumpByUs>> | undefined;
for (let round = 0; round < ROUNDS; round++) {
  bare.push(await timed(() => shell(`pg_dump -Fc -Z0 ledger | zstd -1 -q -f -o ${folder}/bare.zst`)));
  key = `bench/${round}/main.dump.zst`;
  ours.push(
    await timed(async () => {
      sealed = await dumpByUs(key);
    }),
  );
}
if (sealed === undefined) throw new Error("nothing was dumped");
const { rawBytes, bytes } = sealed;
say(`dump of ${gigabytes(rawBytes)} to ${gigabytes(bytes)} stored`);
compare("dump", bare, ours, rawBytes);
say(`  memory: ${(sealed.memory / 1e6).toFixed(0)} MB of this process at most (target 200)`);
const store = await database.store();
const artifact = { key, bytes, sha256: sealed.sha256 };
const checking = Math.min(
  await timed(() => checkDump(store, artifact)),
  await timed(() => checkDump(store, artifact)),
);
say(`  checksum of the stored dump: ${(bytes / 1e6 / (checking / 1000)).toFixed(0)} MB/s (target 800)`);

await shell("createdb bare");
const restores = [
  await timed(() => shell(`zstd -q -dc ${folder}/bare.zst | pg_restore --exit-on-error -d bare`)),
];
await shell("dropdb bare");
const loading = [await timed(load)];
compare("restore", restores, loading, rawBytes);

async function fill(): Promise<void> {
  await shell("createdb ledger");
  const sql = await openSql({
    engine: "postgresql",
    host,
    port,
    database: "ledger",
    user,
    password,
    tls: "off",
  });
  const rows = Math.round((GIGABYTES * 1e9) / ROW_BYTES);
  await sql.query("CREATE SCHEMA scalar");
  await sql.query("CREATE SCHEMA coordinator");
  await sql.query("CREATE SCHEMA scalardb");
  await sql.query(
    "CREATE TABLE coordinator.state (tx_id text PRIMARY KEY, tx_state int, tx_created_at bigint)",
  );
  await sql.query(
    "CREATE TABLE scalardb.metadata (full_table_name text, column_name text, data_type text, key_type text, clustering_order text, indexed boolean, ordinal_position int, PRIMARY KEY (full_table_name, column_name))",
  );
  await sql.query(
    "CREATE TABLE scalar.asset (id text, age int, argument text, hash bytea, prev_hash bytea, signature bytea, output text, PRIMARY KEY (id, age))",
  );
  await sql.query(
    `INSERT INTO scalar.asset SELECT 'asset-' || n / 20, n % 20,
       '{"from":"' || md5(n::text) || '","to":"' || md5((n + 1)::text) || '","amount":' || n % 1000 || '}',
       decode(md5(n::text) || md5((n + 2)::text), 'hex'), decode(md5((n - 1)::text) || md5((n + 3)::text), 'hex'),
       decode(md5((n * 7)::text) || md5((n * 3)::text), 'hex'), '{"balance":' || n % 100000 || '}'
     FROM generate_series(1, ${rows}) AS n`,
  );
  await sql.query("ANALYZE");
  await sql.query("CHECKPOINT");
  sql.close();
}

async function dumpByUs(to: string) {
  const { captured } = await database.capture();
  const { dump } = await database.startDump(() => performance.now(), new AbortController().signal);
  const { output, ended, stop } = dump;
  let memory = 0;
  const timer = setInterval(() => {
    memory = Math.max(memory, process.memoryUsage.rss());
  }, MEMORY_EVERY_MS);
  const expectedBytes = captured.tables.reduce((sum, table) => sum + table.bytes, 0);
  const stored = await storeDump({
    store: await database.store(),
    key: to,
    output,
    ended,
    stop,
    expectedBytes,
  });
  clearInterval(timer);
  return { ...stored, memory };
}

async function load(): Promise<void> {
  const { captured } = await database.capture();
  const jdbc = await database.server();
  const whole = {
    ...captured,
    artifact: { store: store.name, format: "custom", tool: "pg_dump", rawBytes, ...artifact },
  } as const;
  await jdbc.load({
    captured: whole,
    targets: { ledger: "ledger_bench" },
    run: "restore-bench-00000000",
    open: () => readDump(store, artifact),
    scratchDir: folder,
  });
}

async function shell(script: string): Promise<void> {
  const child = spawn("bash", ["-o", "pipefail", "-c", script], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...env, PATH: process.env["PATH"] },
  });
  const [status] = (await once(child, "exit")) as [number | null];
  if (status !== 0) throw new Error(`"${script}" ended with status ${status}`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function compare(what: string, theirs: readonly number[], its: readonly number[], raw: number): void {
  const [bareMs, oursMs] = [Math.min(...theirs), Math.min(...its)];
  const rate = (ms: number) => `${(raw / 1e6 / (ms / 1000)).toFixed(0)} MB/s (${(ms / 1000).toFixed(1)} s)`;
  say(
    `  ${what}: ours ${rate(oursMs)}, the bare tool ${rate(bareMs)}: ${(bareMs / oursMs).toFixed(2)} of it (target 0.85)`,
  );
}

function gigabytes(of: number): string {
  return `${(of / 1e9).toFixed(2)} GB`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
