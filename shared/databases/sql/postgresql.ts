import { Client, type ClientConfig, Pool, type PoolClient, types } from "pg";
import Cursor from "pg-cursor";
import { readPem } from "../../admin/tls.ts";
import { attemptSql } from "./refusal.ts";
import type { Sql, SqlAddress, SqlRow, SqlSession } from "./sql.ts";

const APPLICATION = "stillpoint";
const CONNECT_LIMIT_MS = 10_000;
const END_LIMIT_MS = 1_000;
const CONNECTIONS = 6;
const IDLE_MS = 10_000;
/** Sooner than load balancers forget a connection that is silent, as one that holds a snapshot is. */
const KEEP_ALIVE_MS = 30_000;
/**
 * A server's or a user's own settings would end a long transaction, hide rows, find objects elsewhere, or spell values
 * in another way.
 */
const EVERY_SESSION = `
  SET statement_timeout = 0; SET lock_timeout = 30000; SET idle_in_transaction_session_timeout = 0;
  SET row_security = off; SET search_path = pg_catalog; SET TimeZone = 'UTC'; SET DateStyle = ISO;
  SET IntervalStyle = postgres; SET bytea_output = hex; SET extra_float_digits = 3`;
const READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const { builtins } = types;
/** What pg would make JavaScript dates of, in this host's time zone and without microseconds. */
const AS_TEXT: ReadonlySet<number> = new Set([
  builtins.DATE,
  builtins.TIME,
  builtins.TIMESTAMP,
  builtins.TIMESTAMPTZ,
]);

export function openPostgresqlSql(address: SqlAddress): Sql {
  const config = configOf(address);
  const pool = new Pool({
    ...config,
    max: CONNECTIONS,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
    onConnect: async (client) => {
      await client.query(EVERY_SESSION);
    },
  });
  // A connection that breaks while nobody uses it is simply opened again.
  pool.on("error", () => undefined);
  const attempting = <T>(action: string, call: () => Promise<T>) => attemptSql(address, action, call);
  return {
    engine: "postgresql",
    query: (text, values = []) => attempting(actionOf(text), () => rowsOf(pool, text, values)),
    stream: (text, values, batch) => streamOf(pool, { address, text, values, batch }),
    session: () => attempting("open a session", () => openSession(address, config)),
    // Those in use are ended when they are given back.
    close: () => void pool.end().catch(() => undefined),
  };
}

function configOf({ host, port, database, user, password, tls }: SqlAddress): ClientConfig {
  return {
    host,
    port,
    ...(database !== undefined && { database }),
    user,
    password,
    ssl: tls === "off" ? false : { ...(tls.ca && { ca: readPem("the authority of the server", tls.ca) }) },
    application_name: APPLICATION,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: { getTypeParser: parserOf },
  };
}

function parserOf(oid: number, format?: "text" | "binary") {
  if (AS_TEXT.has(oid)) return (text: string) => text;
  if (oid === builtins.INT8) return integer;
  return types.getTypeParser(oid, format as "text");
}

function integer(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

async function rowsOf(
  client: Pick<Pool | Client, "query">,
  text: string,
  values: readonly unknown[],
): Promise<readonly SqlRow[]> {
  const { rows } = await client.query<SqlRow>(text, [...values]);
  return rows;
}

interface Streaming {
  readonly address: SqlAddress;
  readonly text: string;
  readonly values: readonly unknown[];
  readonly batch: number;
}

async function* streamOf(
  pool: Pool,
  { address, text, values, batch }: Streaming,
): AsyncGenerator<readonly SqlRow[]> {
  const attempting = <T>(call: () => Promise<T>) => attemptSql(address, actionOf(text), call);
  const client = await attempting(() => pool.connect());
  // One that breaks while nothing is asked would end the process; the next question fails anyway.
  client.on("error", ignore);
  let isOver = false;
  try {
    await attempting(() => client.query(READING));
    const cursor = client.query(new Cursor<SqlRow>(text, [...values]));
    for (;;) {
      const rows = await attempting(() => cursor.read(batch));
      if (rows.length === 0) break;
      yield rows;
    }
    await attempting(() => client.query("COMMIT"));
    isOver = true;
  } finally {
    client.off("error", ignore);
    giveBack(client, isOver);
  }
}

/** One that was left in the middle is ended: cheaper than reading the rest. */
function giveBack(client: PoolClient, isOver: boolean): void {
  client.release(!isOver);
}

function ignore(): void {}

async function openSession(address: SqlAddress, config: ClientConfig): Promise<SqlSession> {
  const client = new Client(config);
  client.on("error", ignore);
  try {
    await client.connect();
    await client.query(EVERY_SESSION);
  } catch (error) {
    await endSoon(client);
    throw error;
  }
  return {
    query: (text, values = []) => attemptSql(address, actionOf(text), () => rowsOf(client, text, values)),
    end: () => endSoon(client),
  };
}

/** A server that stands still never takes leave, and instances may be held meanwhile. */
async function endSoon(client: Client): Promise<void> {
  const limit = setTimeout(() => client.connection.stream.destroy(), END_LIMIT_MS);
  await client.end().catch(ignore);
  clearTimeout(limit);
}

const MOST_CHARACTERS = 120;

/** The statement, short enough for a message: values are never part of it. */
function actionOf(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return `run ${line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}...` : line}`;
}
