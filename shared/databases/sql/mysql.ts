import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import type { Readable } from "node:stream";
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  createPool,
  type Pool,
  type TypeCastField,
} from "mysql2";
import { readPem } from "../../admin/tls.ts";
import { attemptSql } from "./refusal.ts";
import type { Sql, SqlAddress, SqlRow, SqlSession } from "./sql.ts";

const APPLICATION = "stillpoint";
const CONNECT_LIMIT_MS = 10_000;
const CONNECTIONS = 6;
const IDLE_MS = 10_000;
/** The server ends a connection whose client takes nothing for so long: a verification may pause its reading. */
const SLOW_READER_S = 86_400;
/**
 * A server's own settings would end a long query, cut results off, shift times, or read quotes in another way. MariaDB
 * and MySQL each run only one of the marked comments.
 */
const EVERY_SESSION = `SET SESSION /*M!100101 max_statement_time = 0, */ /*!50708 max_execution_time = 0, */
  sql_mode = 'STRICT_TRANS_TABLES', time_zone = '+00:00', autocommit = 1, sql_select_limit = 18446744073709551615,
  group_concat_max_len = 1048576, net_write_timeout = ${SLOW_READER_S}, wait_timeout = ${SLOW_READER_S}`;

export function openMysqlSql(address: SqlAddress): Sql {
  const options = optionsOf(address);
  const pool = createPool({ ...options, connectionLimit: CONNECTIONS, maxIdle: 1, idleTimeout: IDLE_MS });
  // Questions of one connection are answered in order, so this one comes before whatever is asked of it.
  pool.on("connection", (connection) => {
    connection.on("error", ignore);
    connection.query(EVERY_SESSION, (error) => error && connection.destroy());
  });
  const attempting = <T>(action: string, call: () => Promise<T>) => attemptSql(address, action, call);
  return {
    engine: "mysql",
    query: (text, values = []) => attempting(actionOf(text), () => rowsOf(pool, text, values)),
    stream: (text, values, batch) => streamOf({ address, options, text, values, batch }),
    session: () => attempting("open a session", () => openSession(address, options)),
    close: () => pool.end(ignore),
  };
}

function optionsOf({ host, port, user, password, tls }: SqlAddress): ConnectionOptions {
  return {
    host,
    port,
    user,
    password,
    charset: "utf8mb4",
    // Dates stay text, as the server has them: without this host's time zone, and with microseconds.
    dateStrings: true,
    jsonStrings: true,
    typeCast: cast,
    connectTimeout: CONNECT_LIMIT_MS,
    connectAttributes: { program_name: APPLICATION },
    ...(tls !== "off" && {
      ssl: {
        ...(tls.ca && { ca: readPem("the authority of the server", tls.ca) }),
        rejectUnauthorized: true,
        verifyIdentity: true,
      },
      ...(isIP(host) !== 0 && { stream: () => socketTo(host, port) }),
    }),
  };
}

/**
 * mysql2 names no server to Node's TLS where the host is an address, and that takes the certificate of "localhost" then
 * unless the socket itself knows better.
 */
function socketTo(host: string, port: number): Socket {
  return Object.assign(connect(port, host), { _host: host });
}

function cast(field: TypeCastField, next: () => unknown): unknown {
  if (field.type !== "LONGLONG") return next();
  const text = field.string();
  return text === null ? null : integer(text);
}

function integer(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

function rowsOf(
  asked: Pick<Pool | Connection, "query">,
  text: string,
  values: readonly unknown[],
): Promise<readonly SqlRow[]> {
  return new Promise((resolve, reject) => {
    asked.query(text, [...values], (error, rows) => {
      if (error) reject(withTlsCode(error));
      // Of a statement without rows mysql2 tells how many it changed.
      else resolve(Array.isArray(rows) ? (rows as SqlRow[]) : []);
    });
  });
}

/** mysql2 puts a code of its own in place of what Node's TLS says of a certificate, and leaves the words. */
const CERTIFICATE_CODES: readonly (readonly [RegExp, string])[] = [
  [/certificate has expired/, "CERT_HAS_EXPIRED"],
  [/certificate is not yet valid/, "CERT_NOT_YET_VALID"],
  [/does not match certificate/, "ERR_TLS_CERT_ALTNAME_INVALID"],
  [/self-signed certificate|unable to (verify|get)|signature failure|not trusted/, "CERT_UNTRUSTED"],
];

function withTlsCode(error: Error & { code?: string }): Error {
  if (error.code !== "HANDSHAKE_SSL_ERROR") return error;
  const code = CERTIFICATE_CODES.find(([words]) => words.test(error.message))?.[1];
  return code === undefined ? error : Object.assign(new Error(error.message), { code });
}

interface Streaming {
  readonly address: SqlAddress;
  readonly options: ConnectionOptions;
  readonly text: string;
  readonly values: readonly unknown[];
  readonly batch: number;
}

/** The rows wait in the server and in the socket until they are asked for, so the connection is one of its own. */
async function* streamOf({
  address,
  options,
  text,
  values,
  batch,
}: Streaming): AsyncGenerator<readonly SqlRow[]> {
  const attempting = <T>(call: () => Promise<T>) => attemptSql(address, actionOf(text), call);
  const connection = await attempting(() => openConnection(options));
  try {
    const rows = connection.query(text, [...values]).stream({ highWaterMark: batch });
    // mysql2 tells the connection only, and the rows would wait for ever.
    connection.on("error", (error) => rows.destroy(error));
    // Told when they are asked for the next time.
    rows.on("error", ignore);
    for (;;) {
      const next = await attempting(() => batchOf(rows, batch));
      if (next.length === 0) break;
      yield next;
    }
  } finally {
    // Where rows are left unread, cheaper than reading the rest.
    connection.destroy();
  }
}

async function batchOf(rows: Readable, batch: number): Promise<readonly SqlRow[]> {
  const taken: SqlRow[] = [];
  while (taken.length < batch) {
    const row: SqlRow | null = rows.read();
    if (row !== null) taken.push(row);
    else if (rows.errored) throw rows.errored;
    else if (rows.readableEnded || rows.destroyed) break;
    else await readable(rows);
  }
  return taken;
}

/** Until there is a row, the end, or a failure. */
async function readable(rows: Readable): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  try {
    await Promise.race([once(rows, "readable", { signal }), once(rows, "end", { signal })]);
  } finally {
    over.abort();
  }
}

async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const connection = createConnection(options);
  // One that breaks while nothing is asked would end the process; the next question fails anyway.
  connection.on("error", ignore);
  try {
    await rowsOf(connection, EVERY_SESSION, []);
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return connection;
}

async function openSession(address: SqlAddress, options: ConnectionOptions): Promise<SqlSession> {
  const connection = await openConnection(options);
  return {
    query: (text, values = []) => attemptSql(address, actionOf(text), () => rowsOf(connection, text, values)),
    end: async () => connection.destroy(),
  };
}

function ignore(): void {}

const MOST_CHARACTERS = 120;

/** The statement, short enough for a message: values are never part of it. */
function actionOf(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return `run ${line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}...` : line}`;
}
