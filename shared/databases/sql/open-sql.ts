import type { Sql, SqlAddress } from "./sql.ts";

/** The driver of the other engine is not even loaded. Nothing is contacted yet. */
export async function openSql(address: SqlAddress): Promise<Sql> {
  switch (address.engine) {
    case "postgresql":
      return (await import("./postgresql.ts")).openPostgresqlSql(address);
    case "mysql":
      return (await import("./mysql.ts")).openMysqlSql(address);
    default:
      return address.engine satisfies never;
  }
}
