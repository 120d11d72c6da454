import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { SqlServerEndpoint } from "../ledger/jdbc/endpoint.ts";
import { openPool } from "../ledger/jdbc/sql-pool.ts";
import { missingMariadb, startMariadb } from "./mariadb-server.ts";
import { missingPostgresql } from "./postgresql-programs.ts";
import { startPostgresql } from "./postgresql-server.ts";

type SqlEngine = SqlServerEndpoint["engine"];

/** A server of its own for a ledger or a bank. */
export interface SqlServer {
  /** With the database that holds the schemas, on PostgreSQL. */
  readonly endpoint: SqlServerEndpoint;
  close(): Promise<void>;
}

const DATABASE = "ledger";
/** As ScalarDB asks for: the default compares keys without regard to case. */
const BINARY_KEYS = { "collation-server": "utf8mb4_bin" };

/** One line that says what this machine lacks to run a server, or nothing where it lacks nothing. */
export function missingSqlServer(engine: SqlEngine): Promise<string | undefined> {
  return engine === "postgresql" ? missingPostgresql() : missingMariadb();
}

/** Starts a server with throw-away data. Its folder is its own: the server's user has to be able to reach it. */
export async function startSqlServer(engine: SqlEngine): Promise<SqlServer> {
  const missing = await missingSqlServer(engine);
  if (missing !== undefined) throw new StillpointError("REHEARSAL_FAILED", missing);
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), `stillpoint-${engine}-`));
  started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const { close, ...server } = await startIn(engine, folder);
  started.defer(close);
  const endpoint = { ...server, engine, host: "127.0.0.1" } as const;
  if (engine === "postgresql") await createDatabase(endpoint);
  const owned = started.move();
  return {
    endpoint: engine === "postgresql" ? { ...endpoint, database: DATABASE } : endpoint,
    close: () => owned.disposeAsync(),
  };
}

async function startIn(engine: SqlEngine, folder: string) {
  const { port, user, password, close } =
    engine === "postgresql"
      ? await startPostgresql({ folder })
      : await startMariadb({ folder, settings: BINARY_KEYS });
  return { port, user, password, close };
}

async function createDatabase(endpoint: SqlServerEndpoint): Promise<void> {
  const pool = openPool({ ...endpoint, database: "postgres" });
  await pool.run({ text: `CREATE DATABASE ${DATABASE}`, values: [] }).finally(() => pool.close());
}
