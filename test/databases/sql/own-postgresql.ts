import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type PostgresqlOptions,
  type PostgresqlServer,
  startPostgresql,
} from "../../../rehearsal/servers/postgresql-server.ts";
import { openPostgresqlSql } from "../../../shared/databases/sql/postgresql.ts";
import { quoted } from "../../../shared/databases/sql/quote.ts";
import type { Sql, SqlAddress } from "../../../shared/databases/sql/sql.ts";

/** A server for the tests of one file. */
export interface OwnPostgresql {
  readonly server: PostgresqlServer;
  readonly folder: string;
  /** A database as the superuser. */
  address(database?: string): SqlAddress;
  open(database?: string): Sql;
  /** Makes a database with these clauses of CREATE DATABASE and opens it. */
  make(database: string, clauses?: string): Promise<Sql>;
  end(): Promise<void>;
}

export async function ownPostgresql(options: Omit<PostgresqlOptions, "folder"> = {}): Promise<OwnPostgresql> {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-postgresql-"));
  const server = await startPostgresql({ ...options, folder });
  const opened: Sql[] = [];
  const address = (database = "postgres"): SqlAddress => {
    const { host, port, user, password } = server;
    return { engine: "postgresql", host, port, user, password, database, tls: "off" };
  };
  const open = (database?: string) => {
    const sql = openPostgresqlSql(address(database));
    opened.push(sql);
    return sql;
  };
  return {
    server,
    folder,
    address,
    open,
    async make(database, clauses = "") {
      await open().query(`CREATE DATABASE ${quoted("postgresql", database)} ${clauses}`);
      return open(database);
    },
    async end() {
      for (const sql of opened) sql.close();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
