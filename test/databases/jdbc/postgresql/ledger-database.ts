import { createHash } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { JdbcDatabaseSettings } from "../../../../shared/config/config.ts";
import { openPostgresql } from "../../../../shared/databases/jdbc/postgresql/postgresql.ts";
import type { JdbcServer, RunningDump } from "../../../../shared/databases/jdbc/server.ts";
import type { CapturedJdbc } from "../../../../shared/restore/jdbc/captured.ts";
import { loadIntoSql } from "../../sql/load-fixture.ts";
import type { OwnPostgresql } from "../../sql/own-postgresql.ts";

export const FIXTURE = "ledger-postgres.jsonl.gz";

/** How a configuration names a database of the test's own server. */
export function settingsOf(
  { server }: OwnPostgresql,
  database: string,
  rest: Partial<JdbcDatabaseSettings> = {},
): JdbcDatabaseSettings {
  return {
    name: "main",
    kind: "jdbc",
    engine: "postgresql",
    host: server.host,
    port: server.port,
    database,
    user: server.user,
    password: { env: "DB_PASSWORD" },
    tls: "off",
    metadataNamespace: "scalardb",
    coordinatorNamespace: "coordinator",
    format: "custom",
    replicaWaitMs: 0,
    dumps: { kind: "folder", path: "unused" },
    ...rest,
  };
}

export function openServer(
  own: OwnPostgresql,
  database: string,
  rest: Partial<JdbcDatabaseSettings> = {},
): JdbcServer {
  const settings = settingsOf(own, database, rest);
  return openPostgresql(settings, { DB_PASSWORD: own.server.password, PATH: process.env["PATH"] });
}

/** A database with what the real Ledger has written. */
export async function makeLedger(own: OwnPostgresql, database: string): Promise<JdbcServer> {
  await loadIntoSql(await own.make(database), FIXTURE);
  return openServer(own, database);
}

export interface Dump {
  readonly bytes: Buffer;
  readonly captured: CapturedJdbc;
  readonly running: RunningDump;
}

/** Dumps and says of it what a restore point would. */
export async function dumpOf(server: JdbcServer): Promise<Dump> {
  const { captured, problems } = await server.capture();
  if (problems.length > 0) throw new Error(problems.join("; "));
  const running = await server.startDump(captured, Date.now);
  const bytes = await buffer(running.output);
  await running.ended;
  return { bytes, running, captured: completed(captured, running, bytes) };
}

function completed(captured: CapturedJdbc, running: RunningDump, bytes: Buffer): CapturedJdbc {
  const { atMs, position } = running.snapshot;
  return {
    ...captured,
    snapshot: { atMs, ...(position !== undefined && { position }) },
    artifact: {
      store: "memory",
      key: "dump",
      format: running.format,
      tool: running.tool,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      bytes: bytes.length,
      rawBytes: bytes.length,
    },
  };
}

export async function loadDump(
  server: JdbcServer,
  own: OwnPostgresql,
  { bytes, captured }: Pick<Dump, "bytes" | "captured">,
  run: string,
): Promise<void> {
  const { targets } = server.targetsOf(captured, run);
  await server.load({
    captured,
    targets,
    run,
    open: async () => Readable.from([bytes]),
    scratchDir: await mkdtemp(join(own.folder, "scratch-")),
  });
}
