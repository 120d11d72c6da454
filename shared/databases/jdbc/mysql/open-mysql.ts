import type { JdbcDatabaseSettings } from "../../../config/config.ts";
import type { Environment } from "../../../config/tls-material.ts";
import { addressOf } from "../../sql/address.ts";
import { serverNow } from "../../sql/clock.ts";
import { openMysqlSql } from "../../sql/mysql.ts";
import type { JdbcServer } from "../server.ts";
import { captureMysql, identifyMysql } from "./capture.ts";
import { startMysqlDump } from "./dump.ts";
import { loadMysql, removeSchemas } from "./load.ts";
import { targetsOf } from "./names.ts";
import { obstaclesOfMysql } from "./obstacles.ts";
import { presentSchemas } from "./present.ts";
import { settleMysql } from "./settle.ts";
import { swapMysql, swapStateOfMysql } from "./swap.ts";

/** A MariaDB or MySQL server. All of it was tried on MariaDB; MySQL itself is untested. Nothing is contacted yet. */
export function openMysql(settings: JdbcDatabaseSettings, env: Environment): JdbcServer {
  const address = addressOf(settings, env);
  const sql = openMysqlSql(address);
  const { tools, replicaWaitMs } = settings;
  const searchPath = env["PATH"];
  return {
    sql,
    capture: () => captureMysql(sql, settings),
    identify: () => identifyMysql(sql, settings),
    now: () => serverNow(sql),
    startDump: (captured, clock, signal) =>
      startMysqlDump({ sql, address, captured, tools, searchPath, replicaWaitMs, clock }, signal),
    targetsOf,
    obstacles: (captured, plan) => obstaclesOfMysql({ sql, tools }, captured, plan),
    present: ({ schemas }) => presentSchemas(sql, schemas),
    load: (input) => loadMysql({ sql, address, tools, searchPath, ...input }),
    settle: (captured, targets) => settleMysql(sql, captured, targets),
    swapState: (names, run) => swapStateOfMysql(sql, names, run),
    swap: (names, run) => swapMysql(sql, names, run),
    removeTargets: (targets, run) => removeSchemas(sql, targets, run),
    // Whoever reads rows renames the schemas, see readSqlSchemas.
    sqlOf: () => openMysqlSql(address),
    close: () => sql.close(),
  };
}
