import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Mariadb,
  type MariadbOptions,
  startMariadb,
} from "../../../rehearsal/servers/mariadb-server.ts";
import { openMysqlSql } from "../../../shared/databases/sql/mysql.ts";
import type { Sql, SqlAddress } from "../../../shared/databases/sql/sql.ts";

/** A server for the tests of one file. */
export interface OwnMariadb {
  readonly server: Mariadb;
  readonly folder: string;
  readonly address: SqlAddress;
  /** As the user who may do anything. */
  readonly sql: Sql;
  /** Another one, ended with the server. */
  open(changed?: Partial<SqlAddress>): Sql;
  end(): Promise<void>;
}

export async function ownMariadb(options: Omit<MariadbOptions, "folder"> = {}): Promise<OwnMariadb> {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-mariadb-"));
  const server = await startMariadb({ ...options, folder });
  const opened: Sql[] = [];
  const { port, user, password } = server;
  const address: SqlAddress = { engine: "mysql", host: "127.0.0.1", port, user, password, tls: "off" };
  const open = (changed: Partial<SqlAddress> = {}) => {
    const sql = openMysqlSql({ ...address, ...changed });
    opened.push(sql);
    return sql;
  };
  return {
    server,
    folder,
    address,
    sql: open(),
    open,
    async end() {
      for (const sql of opened) sql.close();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
