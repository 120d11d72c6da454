import { randomBytes } from "node:crypto";
import { stamp } from "../backup/pause-record.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
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
  const { name, databases } = open.settings;
  if (databases.length === 0)
    throw new StillpointError(
      "CONFIG_INVALID",
      `cannot verify "${name}": the configuration names no database of it that could be read (deployments.${name}.databases); nothing was done`,
    );
  const startedMs = open.clock.wallMs();
  const run = `verify-${stamp(startedMs)}-${randomBytes(4).toString("hex")}`;
  const tables = await Promise.all(databases.map((each) => tablesNow(open, each.name)));
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
