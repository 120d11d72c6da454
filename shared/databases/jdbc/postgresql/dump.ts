import type { JdbcDatabaseSettings } from "../../../config/config.ts";
import { messageOf, StillpointError } from "../../../errors/stillpoint-error.ts";
import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import { quoted } from "../../sql/quote.ts";
import type { Sql, SqlSession } from "../../sql/sql.ts";
import type { RunningDump, TakenSnapshot } from "../server.ts";
import { type RunningTool, startTool } from "../tool-process.ts";
import type { ClientTools } from "./client-tools.ts";
import { changesOf, lockTables } from "./locked-tables.ts";
import { type Relation, readRelations } from "./relations.ts";
import { replicaProblems } from "./replica.ts";

/** Of tables that came up since the tool has its own locks. */
const LOCK_WAIT_MS = 10_000;
/** Instances are held meanwhile. */
const REPLICA_LIMIT_MS = 5_000;

interface Dumping {
  readonly sql: Sql;
  readonly tools: ClientTools;
  readonly settings: Pick<JdbcDatabaseSettings, "format" | "schemas" | "replicaWaitMs">;
  readonly captured: Pick<CapturedJdbc, "database" | "schemas">;
  readonly clock: () => number;
  readonly signal: AbortSignal | undefined;
}

/** One session locks every table and exports its snapshot, and stays until pg_dump, which imports that, has ended. */
export async function startDump(dumping: Dumping): Promise<RunningDump> {
  const { sql, tools, settings, clock, signal } = dumping;
  const { schemas } = settings;
  const version = await tools.version("pg_dump");
  signal?.throwIfAborted();
  const begunMs = clock();
  await refuseLag(sql, settings.replicaWaitMs);
  const session = await sql.session();
  try {
    const tables = await lockTables({ sql, session, schemas });
    const { id, ...taken } = await exportSnapshot(session);
    const snapshot = { begunMs, takenMs: clock(), ...taken };
    signal?.throwIfAborted();
    const tool = startTool(pgDump(dumping, id));
    return running(dumping, { session, tables, tool, snapshot, version: version?.text ?? "pg_dump" });
  } catch (error) {
    await session.end();
    throw error;
  }
}

/** What was committed before the instances were paused has to be in the snapshot. */
async function refuseLag(sql: Sql, replicaWaitMs: number): Promise<void> {
  const [lag] = await replicaProblems(sql, Math.min(replicaWaitMs, REPLICA_LIMIT_MS));
  if (lag !== undefined)
    throw new StillpointError("DUMP_FAILED", `cannot take a snapshot: ${lag}; nothing was dumped`);
}

async function exportSnapshot(
  session: SqlSession,
): Promise<{ readonly id: string } & Pick<TakenSnapshot, "atMs" | "position">> {
  const [row] = await session.query(
    `SELECT pg_export_snapshot() AS id, pg_current_snapshot()::text AS sees,
            floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS "atMs",
            (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text AS lsn`,
  );
  return {
    id: String(row?.["id"]),
    atMs: Number(row?.["atMs"]),
    position: `${row?.["lsn"]} ${row?.["sees"]}`,
  };
}

function pgDump({ tools, settings, captured }: Dumping, snapshot: string) {
  const { database = "" } = captured;
  const schemas = settings.schemas === undefined ? [] : captured.schemas;
  return {
    program: tools.program("pg_dump"),
    words: [
      `--snapshot=${snapshot}`,
      // Compressed later, by another process.
      ...(settings.format === "custom" ? ["--format=custom", "--compress=0"] : ["--format=plain"]),
      `--lock-wait-timeout=${LOCK_WAIT_MS}`,
      "--no-password",
      "--strict-names",
      ...schemas.map((schema) => `--schema=${quoted("postgresql", schema)}`),
    ],
    env: tools.envFor(database),
    code: "DUMP_FAILED",
    action: `dump database "${database}"`,
  } as const;
}

interface Started {
  readonly session: SqlSession;
  readonly tables: readonly Relation[];
  readonly tool: RunningTool;
  readonly snapshot: TakenSnapshot;
  readonly version: string;
}

function running(
  { sql, settings, signal }: Dumping,
  { session, tables, tool, snapshot, version }: Started,
): RunningDump {
  tool.input.end();
  const stop = async () => {
    await tool.stop();
    await session.end();
  };
  const onAbort = () => void stop();
  signal?.addEventListener("abort", onAbort, { once: true });
  const ended = tool.ended
    .then(() => refuseChanges({ sql, session, tables, schemas: settings.schemas }))
    .finally(async () => {
      signal?.removeEventListener("abort", onAbort);
      await session.end();
    });
  // Whoever awaits it later gets it still; nobody may come to it where the upload has failed.
  ended.catch(() => undefined);
  return { snapshot, tool: version, format: settings.format, output: tool.output, ended, stop };
}

interface Held {
  readonly sql: Sql;
  readonly session: SqlSession;
  readonly tables: readonly Relation[];
  readonly schemas: readonly string[] | undefined;
}

/** The locks prevent most of it, for as long as the session lived that held them; a new table nothing prevents. */
async function refuseChanges({ sql, session, tables, schemas }: Held): Promise<void> {
  await session.query("COMMIT").catch((cause: unknown) => {
    throw new StillpointError(
      "DUMP_FAILED",
      `the session that kept the tables from being truncated was lost while the dump was written: ${messageOf(cause)}`,
      { cause },
    );
  });
  const changes = changesOf(tables, await readRelations(sql, schemas));
  if (changes.length === 0) return;
  throw new StillpointError(
    "DUMP_FAILED",
    `the dump does not stand for the database: while it was written, ${changes.join(", ")}`,
  );
}
