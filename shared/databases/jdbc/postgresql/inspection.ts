import type { JdbcDatabaseSettings } from "../../../config/config.ts";
import { quoted } from "../../sql/quote.ts";
import type { Sql } from "../../sql/sql.ts";
import type { ClientTools } from "./client-tools.ts";
import { isTable, labelOf, type Relation, readRelations, readSchemaNames } from "./relations.ts";
import { replicaProblems } from "./replica.ts";

/** What is there, and all reasons why a dump of it would be worthless. */
export interface Inspection {
  readonly version: string;
  readonly major: number;
  /** All that is dumped. */
  readonly schemas: readonly string[];
  readonly relations: readonly Relation[];
  readonly identity: readonly string[];
  readonly problems: readonly string[];
  /** Whether the coordinator's table is in this database. */
  readonly coordinator: "here" | "elsewhere";
}

export interface Inspected {
  readonly sql: Sql;
  readonly tools: ClientTools;
  readonly settings: Pick<
    JdbcDatabaseSettings,
    "metadataNamespace" | "coordinatorNamespace" | "schemas" | "user"
  >;
}

interface Looking {
  /** How long a replica is waited for. */
  readonly replicaWaitMs?: number;
  readonly measured?: "measured" | "unmeasured";
}

export async function inspect(
  inspected: Inspected,
  { replicaWaitMs = 0, measured = "unmeasured" }: Looking = {},
): Promise<Inspection> {
  const { sql, settings } = inspected;
  const server = await readServer(sql);
  const schemas = settings.schemas ?? (await readSchemaNames(sql));
  const relations = await readRelations(sql, schemas, measured);
  const coordinator = await whereCoordinator(inspected);
  return {
    ...server,
    schemas,
    relations,
    coordinator,
    identity: [
      `system ${await readSystem(sql)}`,
      `database ${server.database} ${server.databaseOid}`,
      ...relations.filter(isTable).map((relation) => `${labelOf(relation)} ${relation.oid}`),
    ],
    problems: [
      ...(await missingSchemas(inspected, schemas)),
      ...(await metadataProblems(inspected, relations, coordinator)),
      ...relations.flatMap((relation) => relationProblems(relation, settings.user)),
      ...(await toolProblems(inspected, server.major)),
      ...(await preparedProblems(sql)),
      ...(await replicaProblems(sql, replicaWaitMs)),
    ],
  };
}

export async function readServer(sql: Pick<Sql, "query">) {
  const [row] = await sql.query(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
            current_database() AS database,
            (SELECT oid FROM pg_database WHERE datname = current_database()) AS oid`,
  );
  return {
    version: String(row?.["version"]),
    major: Math.trunc(Number(row?.["number"]) / 10_000),
    database: String(row?.["database"]),
    databaseOid: Number(row?.["oid"]),
  };
}

/** Managed services may not let one ask; the ids of database and tables are left then. */
async function readSystem({ query }: Pick<Sql, "query">): Promise<string> {
  const [may] = await query(
    "SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may",
  );
  if (may?.["may"] !== true) return "unknown";
  const [row] = await query("SELECT system_identifier::text AS id FROM pg_control_system()");
  return String(row?.["id"]);
}

async function missingSchemas(
  { sql, settings }: Inspected,
  schemas: readonly string[],
): Promise<readonly string[]> {
  if (settings.schemas === undefined) return [];
  const there = new Set(await readSchemaNames(sql));
  return schemas.filter((schema) => !there.has(schema)).map((schema) => `there is no schema "${schema}"`);
}

/** Coordinator and metadata have to be in the dump, and whatever the metadata lists. */
async function metadataProblems(
  { sql, settings }: Inspected,
  relations: readonly Relation[],
  where: Inspection["coordinator"],
): Promise<readonly string[]> {
  const { metadataNamespace, coordinatorNamespace } = settings;
  const dumped = new Set(relations.filter(isTable).map(labelOf));
  const metadata = `${metadataNamespace}.metadata`;
  const coordinator = `${coordinatorNamespace}.state`;
  const absent = (what: string, table: string) =>
    dumped.has(table) ? [] : [`${what} "${table}" is not among the tables that are dumped`];
  return [
    ...absent("ScalarDB's metadata table", metadata),
    ...(where === "here" ? absent("the coordinator table", coordinator) : []),
    ...(dumped.has(metadata) ? await unlisted(sql, metadataNamespace, dumped) : []),
  ].filter((problem, at, all) => all.indexOf(problem) === at);
}

/** Of several databases one holds it for all. */
async function whereCoordinator({ sql, settings }: Inspected): Promise<Inspection["coordinator"]> {
  const table = quoted("postgresql", settings.coordinatorNamespace, "state");
  const [row] = await sql.query('SELECT to_regclass($1) IS NOT NULL AS "isHere"', [table]);
  return row?.["isHere"] === true ? "here" : "elsewhere";
}

async function unlisted(
  sql: Sql,
  metadataNamespace: string,
  dumped: ReadonlySet<string>,
): Promise<readonly string[]> {
  const rows = await sql.query(
    `SELECT DISTINCT full_table_name AS name FROM ${quoted("postgresql", metadataNamespace, "metadata")} ORDER BY 1`,
  );
  return rows
    .map((row) => String(row["name"]))
    .filter((name) => !dumped.has(name))
    .map(
      (name) => `table "${name}", which ScalarDB's metadata lists, is not among the tables that are dumped`,
    );
}

function relationProblems(relation: Relation, user: string): readonly string[] {
  const table = `"${labelOf(relation)}"`;
  const problems: string[] = [];
  if (!relation.isReadable) problems.push(`user "${user}" may not read ${table}: grant SELECT on it`);
  if (relation.isSecured)
    problems.push(`row-level security hides rows of ${table} from user "${user}": grant it BYPASSRLS`);
  if (relation.kind === "foreign")
    problems.push(`${table} is a foreign table: its rows are on another server and in no dump`);
  if (relation.isUnlogged && isTable(relation))
    problems.push(`${table} is unlogged: a crash of the server empties it; ALTER TABLE ... SET LOGGED`);
  return problems;
}

async function toolProblems({ tools }: Inspected, serverMajor: number): Promise<readonly string[]> {
  const program = tools.program("pg_dump");
  const version = await tools.version("pg_dump");
  if (version === undefined)
    return [`"${program}" cannot be run: install PostgreSQL's client, version ${serverMajor} or later`];
  return version.major >= serverMajor
    ? []
    : [`"${program}" is ${version.text}, older than the server: install version ${serverMajor} or later`];
}

/** Neither in a snapshot nor gone: what they have written comes or goes when somebody ends them. */
async function preparedProblems({ query }: Pick<Sql, "query">): Promise<readonly string[]> {
  const rows = await query(
    "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() ORDER BY prepared",
  );
  return rows.map(
    (row) => `transaction "${row["gid"]}" is prepared and not ended: COMMIT PREPARED or ROLLBACK PREPARED it`,
  );
}
