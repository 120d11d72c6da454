import { randomBytes } from "node:crypto";
import { stamp } from "../backup/pause-record.ts";
import type { Scope, ScopedTable } from "../verify/scope.ts";
import { liveClusterTables } from "./cassandra/scope.ts";
import { liveContainers } from "./cosmosdb/scope.ts";
import { liveTables } from "./dynamodb/scope.ts";
import { liveSqlTables } from "./jdbc/scope.ts";
import { liveServerTables } from "./managed/scope.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { frameOf } from "./verify-frame.ts";

/** The live tables, as they are now. */
export async function liveScope(open: OpenDeployment): Promise<Scope> {
  const startedMs = open.clock.wallMs();
  const run = `verify-${stamp(startedMs)}-${randomBytes(4).toString("hex")}`;
  const tables = await Promise.all(open.settings.databases.map(({ name }) => tablesNow(open, name)));
  return { ...frameOf(open, run, { kind: "live", startedMs }), tables: tables.flat() };
}

function tablesNow(open: OpenDeployment, name: string): Promise<readonly ScopedTable[]> {
  const database = open.database(name);
  switch (database.kind) {
    case "dynamodb":
      return liveTables(name, database);
    case "cosmosdb":
      return liveContainers(name, database);
    case "managed":
      return liveServerTables(name, database);
    case "jdbc":
      return liveSqlTables(name, database);
    case "cassandra":
      return liveClusterTables(name, database);
    default:
      return database satisfies never;
  }
}
