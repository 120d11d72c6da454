import type { JdbcDatabaseSettings } from "../../../config/config.ts";
import type { Environment } from "../../../config/tls-material.ts";
import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import { addressOf } from "../../sql/address.ts";
import { serverNow } from "../../sql/clock.ts";
import { openPostgresqlSql } from "../../sql/postgresql.ts";
import type { Sql } from "../../sql/sql.ts";
import type { JdbcServer, Names } from "../server.ts";
import { clientTools } from "./client-tools.ts";
import { findDatabase } from "./database-row.ts";
import { startDump } from "./dump.ts";
import { type Inspection, inspect } from "./inspection.ts";
import { readKeptSettings } from "./kept-settings.ts";
import { load } from "./load.ts";
import { namesOfRun, onlyOne } from "./names.ts";
import { findObstacles } from "./obstacles.ts";
import { dumpedTable, isTable, readRelations } from "./relations.ts";
import { settleDatabase } from "./settle.ts";
import { swapDatabases, swapStateOf } from "./swap.ts";
import { removeTarget } from "./target-database.ts";

/** Databases are made, renamed and dropped from one that is neither of them. */
function maintenanceDatabase(database: string | undefined): string {
  return database === "postgres" ? "template1" : "postgres";
}

export function openPostgresql(settings: JdbcDatabaseSettings, env: Environment): JdbcServer {
  const address = addressOf(settings, env);
  const tools = clientTools(settings, address, env);
  const open = (database: string) => openPostgresqlSql({ ...address, database });
  const sql = openPostgresqlSql(address);
  const admin = open(maintenanceDatabase(settings.database));
  const inspected = { sql, tools, settings };
  return {
    sql,
    async capture() {
      const inspection = await inspect(inspected, {
        replicaWaitMs: settings.replicaWaitMs,
        measured: "measured",
      });
      return { ...worthOf(inspection), captured: await capturedOf(settings, sql, inspection) };
    },
    identify: async () => worthOf(await inspect(inspected)),
    now: () => serverNow(sql),
    startDump: (captured, clock, signal) => startDump({ sql, tools, settings, captured, clock, signal }),
    targetsOf: namesOfRun,
    obstacles: (captured, plan) => findObstacles({ admin, tools, captured, original: sql }, plan),
    present: (captured) => presentOf(admin, sql, captured),
    load: ({ captured, targets, run, open: openDump, ...rest }) => {
      const [, name] = onlyOne(targets);
      return load({
        admin,
        tools,
        captured,
        target: { name, run },
        openTarget: () => open(name),
        openDump,
        ...rest,
      });
    },
    settle: (captured, targets) => settleAll(admin, open, { captured, targets }),
    swapState: (names, run) => swapStateOf(admin, names, run),
    swap: (names, run) => swapDatabases(admin, names, run),
    async removeTargets(targets, run) {
      for (const name of Object.values(targets)) await removeTarget(admin, { name, run });
    },
    sqlOf: (targets) => open(onlyOne(targets)[1]),
    close() {
      sql.close();
      admin.close();
      tools.close();
    },
  };
}

/** A dump is a point of its own: nothing before it is needed. */
function worthOf({ identity, problems, coordinator }: Inspection) {
  const elsewhere = coordinator === "elsewhere" ? { coordinator } : {};
  return { identity, problems, coveredFromSecond: 0, ...elsewhere };
}

async function capturedOf(
  { host, port, database, schemas: listed }: JdbcDatabaseSettings,
  sql: Sql,
  { version, major, schemas, relations }: Inspection,
): Promise<CapturedJdbc> {
  return {
    engine: "postgresql",
    product: "PostgreSQL",
    serverVersion: version,
    host,
    port,
    ...(database !== undefined && { database }),
    schemas: [...schemas],
    tables: relations.filter(isTable).map(dumpedTable),
    settings: await readKeptSettings(sql, { schemas, isWhole: listed === undefined }, major),
  };
}

async function presentOf(admin: Sql, original: Sql, { database = "" }: CapturedJdbc) {
  const found = await findDatabase(admin, database);
  if (found === undefined) return [];
  const tables = (await readRelations(original, undefined)).filter(isTable).length;
  return [{ name: database, tables, bytes: found.bytes }];
}

async function settleAll(
  admin: Sql,
  open: (database: string) => Sql,
  { captured, targets }: { readonly captured: CapturedJdbc; readonly targets: Names },
): Promise<Readonly<Record<string, readonly string[]>>> {
  const [original, name] = onlyOne(targets);
  const target = open(name);
  try {
    return { [original]: await settleDatabase({ admin, target, name, captured }) };
  } finally {
    target.close();
  }
}
