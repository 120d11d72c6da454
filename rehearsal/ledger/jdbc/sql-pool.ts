import { createPool, type PoolConnection, type ResultSetHeader } from "mysql2/promise";
import { Pool } from "pg";
import { type Dialect, MYSQL, POSTGRESQL } from "./dialect.ts";
import type { SqlServerEndpoint } from "./endpoint.ts";
import type { Statement } from "./statement.ts";

export interface Answer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** How many rows the statement has written, or found to be as it would have written them. */
  readonly written: number;
}

export type Run = (statement: Statement) => Promise<Answer>;

/** Some connections to one server. */
export interface SqlPool {
  readonly dialect: Dialect;
  readonly run: Run;
  /** All that the work runs is one transaction, which commits unless the work says otherwise or fails. */
  transaction(work: (run: Run) => Promise<"commit" | "rollback">): Promise<void>;
  close(): Promise<void>;
}

/** As many as an instance has requests under way. */
const CONNECTIONS = 8;

export function openPool(endpoint: SqlServerEndpoint): SqlPool {
  return endpoint.engine === "postgresql" ? openPostgresql(endpoint) : openMysql(endpoint);
}

function openPostgresql({ host, port, database, user, password }: SqlServerEndpoint): SqlPool {
  const pool = new Pool({ host, port, database, user, password, max: CONNECTIONS });
  // An idle connection that a stopped server has ended: the next statement opens another, or says what is wrong.
  pool.on("error", () => {});
  const runOn =
    (asked: Pick<Pool, "query">): Run =>
    async ({ text, values }) => {
      const { rows, rowCount } = await asked.query(text, [...values]);
      return { rows, written: rowCount ?? 0 };
    };
  return {
    dialect: POSTGRESQL,
    run: runOn(pool),
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        await client.query(await work(runOn(client)));
        client.release();
      } catch (error) {
        // One that cannot even roll back is of no use to the next.
        await client.query("ROLLBACK").then(
          () => client.release(),
          () => client.release(true),
        );
        throw error;
      }
    },
    close: () => pool.end(),
  };
}

function openMysql({ host, port, user, password }: SqlServerEndpoint): SqlPool {
  const pool = createPool({ host, port, user, password, connectionLimit: CONNECTIONS });
  const runOn =
    (asked: Pick<PoolConnection, "query">): Run =>
    async ({ text, values }) => {
      const [answer] = await asked.query(text, [...values]);
      if (Array.isArray(answer)) return { rows: answer as Answer["rows"], written: 0 };
      return { rows: [], written: (answer as ResultSetHeader).affectedRows };
    };
  return {
    dialect: MYSQL,
    run: runOn(pool),
    async transaction(work) {
      const connection = await pool.getConnection();
      try {
        await connection.query("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
        await connection.beginTransaction();
        await connection.query(await work(runOn(connection)));
        connection.release();
      } catch (error) {
        await connection.rollback().then(
          () => connection.release(),
          () => connection.destroy(),
        );
        throw error;
      }
    },
    close: () => pool.end(),
  };
}
