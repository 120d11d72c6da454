import type { JdbcDatabase } from "../../databases/jdbc/database.ts";
import { readSqlSchemas } from "../../databases/sql/row-schema.ts";
import { scanSqlTable } from "../../databases/sql/rows.ts";
import type { Sql } from "../../databases/sql/sql.ts";
import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { type JdbcPlan, type Names, originalNames, type PlannedDump } from "../../restore/jdbc/plan.ts";
import { logicalName, type Page, type TableSchema } from "../../verify/row-source.ts";
import type { Scope, ScopedTable } from "../../verify/scope.ts";
import type { Subject } from "../../verify/subject.ts";
import { namespacesOf, type OpenDeployment } from "../open-deployment.ts";
import { frameOf } from "../verify-frame.ts";
import { missingTables } from "./recheck.ts";

/** What was loaded, under the names of the run or under the original ones. */
export async function plannedScope(
  open: OpenDeployment,
  plan: JdbcPlan,
  what: "copies" | "replaced",
): Promise<Scope> {
  const tables = await Promise.all(plan.dumps.map((dump) => tablesOf(open, dump, what)));
  return { ...frameOf(open, plan.run, subjectOf(plan)), tables: tables.flat() };
}

/** One database is whole by its snapshot; several are of one moment by their pause, where they had one. */
function subjectOf({ dumps, window }: JdbcPlan): Subject {
  if (dumps.length === 1) return { kind: "dump", basis: "snapshot", ...(window && { window }) };
  return window ? { kind: "dump", basis: "window", window } : { kind: "copy" };
}

async function tablesOf(
  open: OpenDeployment,
  dump: PlannedDump,
  what: "copies" | "replaced",
): Promise<readonly ScopedTable[]> {
  const names = what === "copies" ? dump.targets : originalNames(dump);
  const missing = await missingTables(open, { ...dump, targets: names });
  if (missing.length > 0)
    throw new StillpointError(
      what === "copies" ? "COPY_DISPROVEN" : "COPY_DIFFERS",
      `${quoted(Object.values(names))} does not have table ${quoted(missing)}, which the dump has`,
    );
  const schemas = await schemasOf(open.jdbc(dump.database), names);
  refuseUnknown(dump, schemas);
  return schemas.map((schema) => scoped(dump, schema, names));
}

async function schemasOf(database: JdbcDatabase, names: Names): Promise<readonly TableSchema[]> {
  const sql = (await database.server()).sqlOf(names);
  try {
    return await readSchemas(database, sql, names);
  } finally {
    sql.close();
  }
}

function readSchemas(
  { settings }: JdbcDatabase,
  sql: Pick<Sql, "engine" | "query">,
  rename: Names,
): Promise<readonly TableSchema[]> {
  const { metadataNamespace } = settings;
  return readSqlSchemas(sql, { metadataNamespace, namespaces: namespacesOf(settings), rename });
}

/** Listed by ScalarDB in the copy itself, but not among the tables of the dump: a part of the transactions is elsewhere. */
function refuseUnknown({ database, original }: PlannedDump, schemas: readonly TableSchema[]): void {
  const known = new Set(original.tables.map(({ schema, name }) => `${schema}.${name}`));
  const unknown = schemas.map(logicalName).filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new StillpointError(
      "COPY_DISPROVEN",
      `ScalarDB's metadata in the dump of "${database}" lists ${quoted(unknown)}, which the dump does not have; the original was not touched`,
    );
}

function scoped({ database, original }: PlannedDump, { ...schema }: TableSchema, names: Names): ScopedTable {
  const { namespace, table } = schema;
  const found = original.tables.find((each) => each.schema === namespace && each.name === table);
  const [where] = original.engine === "postgresql" ? Object.values(names) : [];
  const physical = where === undefined ? schema.physical : `${where}/${schema.physical}`;
  // One segment reads all of a table of MySQL.
  const bytes = original.engine === "postgresql" ? (found?.bytes ?? 0) : 0;
  return { database, schema: { ...schema, physical }, bytes, as: "copy" };
}

/** The tables in use. A row may move while they are read, so that each is read in one piece. */
export async function liveSqlTables(database: string, jdbc: JdbcDatabase): Promise<readonly ScopedTable[]> {
  const { sql } = await jdbc.server();
  const schemas = await readSchemas(jdbc, sql, {});
  return schemas.map((schema) => ({ database, schema, bytes: 0, as: "copy" }));
}

/** Rows of one segment, wherever the table is: in use, or in a database that a run has made. */
export async function* scanJdbc(
  jdbc: JdbcDatabase,
  schema: TableSchema,
  segment: number,
  segments: number,
): AsyncGenerator<Page> {
  const server = await jdbc.server();
  const { where, physical } = placeOf(schema);
  if (where === undefined) {
    yield* scanSqlTable(server.sql, schema, segment, segments);
    return;
  }
  const sql = server.sqlOf({ [jdbc.settings.database ?? where]: where });
  try {
    yield* scanSqlTable(sql, { ...schema, physical }, segment, segments);
  } finally {
    sql.close();
  }
}

/** Schemas of PostgreSQL keep their names, so what comes before is the database, whatever characters it has. */
function placeOf({ physical, namespace, table }: TableSchema): {
  readonly where?: string;
  readonly physical: string;
} {
  const own = `/${namespace}.${table}`;
  return physical.endsWith(own)
    ? { where: physical.slice(0, -own.length), physical: own.slice(1) }
    : { physical };
}
