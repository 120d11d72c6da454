import * as z from "zod";
import { quoted } from "../../sql/quote.ts";
import type { Asked, Table } from "./tables.ts";

const Place = { schema: z.string(), name: z.string() };

/** What is compared after a restore, and what may stand in its way. */
export const MysqlSettings = z.strictObject({
  schemas: z.array(z.strictObject({ name: z.string(), charset: z.string(), collation: z.string() })),
  tables: z.array(z.strictObject({ ...Place, engine: z.string(), collation: z.string() })),
  /** Of the server, by name. */
  variables: z.record(z.string(), z.string()),
  /** Privileges on the schemas and their tables, as far as the user may see them. */
  grants: z.array(z.string()),
  triggers: z.array(z.strictObject({ ...Place, definer: z.string(), body: z.string() })),
  views: z.array(z.strictObject({ ...Place, definer: z.string(), body: z.string() })),
  /** In the same schemas, but in no dump. */
  routines: z.array(z.string()),
  foreignKeys: z.array(z.strictObject({ ...Place, refersTo: z.string() })),
});
export type MysqlSettings = Readonly<z.infer<typeof MysqlSettings>>;

const VARIABLES = [
  "character_set_server",
  "collation_server",
  "innodb_page_size",
  "lower_case_table_names",
  "max_allowed_packet",
  "sql_mode",
  "time_zone",
];

export async function readSettings(
  asked: Asked,
  schemas: readonly string[],
  tables: readonly Table[],
): Promise<MysqlSettings> {
  return {
    schemas: await readSchemas(asked, schemas),
    tables: tables
      .filter(({ isView }) => !isView)
      .map(({ schema, name, engine, collation }) => ({
        schema,
        name,
        engine: engine ?? "",
        collation: collation ?? "",
      })),
    variables: await readVariables(asked),
    grants: await readAllGrants(asked, schemas),
    triggers: await readTriggers(asked, schemas),
    views: await readViews(asked, schemas),
    routines: await readRoutines(asked, schemas),
    foreignKeys: await readForeignKeys(asked, schemas),
  };
}

async function readSchemas(asked: Asked, schemas: readonly string[]): Promise<MysqlSettings["schemas"]> {
  const rows = await asked.query(
    `SELECT SCHEMA_NAME AS name, DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation
     FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN (?) ORDER BY SCHEMA_NAME`,
    [schemas],
  );
  return rows.map(({ name, charset, collation }) => ({
    name: String(name),
    charset: String(charset),
    collation: String(collation),
  }));
}

async function readVariables(asked: Asked): Promise<MysqlSettings["variables"]> {
  const rows = await asked.query("SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)", [VARIABLES]);
  return Object.fromEntries(rows.map((row) => [String(row["Variable_name"]), String(row["Value"])]));
}

export async function readAllGrants(asked: Asked, schemas: readonly string[]): Promise<string[]> {
  const rows = await asked.query(
    `SELECT GRANTEE AS grantee, PRIVILEGE_TYPE AS privilege, TABLE_SCHEMA AS \`schema\`, '' AS name
       FROM information_schema.SCHEMA_PRIVILEGES WHERE TABLE_SCHEMA IN (?)
     UNION ALL SELECT GRANTEE, PRIVILEGE_TYPE, TABLE_SCHEMA, TABLE_NAME
       FROM information_schema.TABLE_PRIVILEGES WHERE TABLE_SCHEMA IN (?)
     ORDER BY 1, 3, 4, 2`,
    [schemas, schemas],
  );
  return rows.map(({ grantee, privilege, schema, name }) => {
    const place = name === "" ? `"${schema}"` : `"${schema}"."${name}"`;
    return `${privilege} on ${place} to ${grantee}`;
  });
}

/** The body as it was written and will be in a dump: elsewhere the server escapes line ends. */
async function readTriggers(asked: Asked, schemas: readonly string[]): Promise<MysqlSettings["triggers"]> {
  const rows = await asked.query(
    `SELECT TRIGGER_SCHEMA AS \`schema\`, TRIGGER_NAME AS name, DEFINER AS definer
     FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA IN (?) ORDER BY 1, 2`,
    [schemas],
  );
  const triggers: MysqlSettings["triggers"] = [];
  for (const row of rows) {
    const name = quoted("mysql", String(row["schema"]), String(row["name"]));
    const [written] = await asked.query(`SHOW CREATE TRIGGER ${name}`);
    triggers.push(definitionOf({ ...row, body: written?.["SQL Original Statement"] }));
  }
  return triggers;
}

async function readViews(asked: Asked, schemas: readonly string[]): Promise<MysqlSettings["views"]> {
  const rows = await asked.query(
    `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS name, DEFINER AS definer, VIEW_DEFINITION AS body
     FROM information_schema.VIEWS WHERE TABLE_SCHEMA IN (?) ORDER BY 1, 2`,
    [schemas],
  );
  return rows.map(definitionOf);
}

function definitionOf(row: Readonly<Record<string, unknown>>): MysqlSettings["views"][number] {
  return {
    schema: String(row["schema"]),
    name: String(row["name"]),
    definer: String(row["definer"]),
    body: String(row["body"]),
  };
}

async function readRoutines(asked: Asked, schemas: readonly string[]): Promise<string[]> {
  const rows = await asked.query(
    `SELECT CONCAT(LOWER(ROUTINE_TYPE), ' "', ROUTINE_SCHEMA, '"."', ROUTINE_NAME, '"') AS what
       FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA IN (?)
     UNION ALL SELECT CONCAT('event "', EVENT_SCHEMA, '"."', EVENT_NAME, '"')
       FROM information_schema.EVENTS WHERE EVENT_SCHEMA IN (?) ORDER BY 1`,
    [schemas, schemas],
  );
  return rows.map(({ what }) => String(what));
}

async function readForeignKeys(
  asked: Asked,
  schemas: readonly string[],
): Promise<MysqlSettings["foreignKeys"]> {
  const rows = await asked.query(
    `SELECT CONSTRAINT_SCHEMA AS \`schema\`, TABLE_NAME AS name, UNIQUE_CONSTRAINT_SCHEMA AS refersTo
     FROM information_schema.REFERENTIAL_CONSTRAINTS
     WHERE CONSTRAINT_SCHEMA IN (?) OR UNIQUE_CONSTRAINT_SCHEMA IN (?) ORDER BY 1, 2, 3`,
    [schemas, schemas],
  );
  return rows.map(({ schema, name, refersTo }) => ({
    schema: String(schema),
    name: String(name),
    refersTo: String(refersTo),
  }));
}
