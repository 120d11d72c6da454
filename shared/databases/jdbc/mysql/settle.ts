import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import { quoted } from "../../sql/quote.ts";
import type { Sql } from "../../sql/sql.ts";
import type { Names } from "../server.ts";
import { serverIdentity } from "./product.ts";
import { MysqlSettings, readAllGrants, readSettings } from "./settings.ts";
import { readTables } from "./tables.ts";

type Differences = Record<string, readonly string[]>;

/** What a dump does not carry, or carries and the server may have understood otherwise. */
export async function settleMysql(
  sql: Sql,
  captured: CapturedJdbc,
  targets: Names,
): Promise<Readonly<Differences>> {
  const then = MysqlSettings.parse(captured.settings);
  const actual = (schema: string) => targets[schema] ?? schema;
  const names = captured.schemas.map(actual);
  const { product } = await serverIdentity(sql);
  const tables = await readTables(sql, { product, sees: false }, names);
  const now = await readSettings(sql, names, tables);
  const found: Differences = {
    schemas: await settleSchemas(sql, then, { now, actual }),
    tables: tableDifferences(then, now, actual),
    variables: variableDifferences(then, now),
    grants: missingGrants(then, await readAllGrants(sql, captured.schemas)),
    definitions: missingDefinitions(then, now, actual),
  };
  return Object.fromEntries(Object.entries(found).filter(([, sentences]) => sentences.length > 0));
}

interface Now {
  readonly now: MysqlSettings;
  readonly actual: (schema: string) => string;
}

/** Put back: it decides how tables that are created later compare text. */
async function settleSchemas(
  sql: Sql,
  then: MysqlSettings,
  { now, actual }: Now,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const { name, charset, collation } of then.schemas) {
    const found = now.schemas.find((schema) => schema.name === actual(name));
    if (found === undefined) missing.push(`schema "${actual(name)}" is not there`);
    else if (found.charset !== charset || found.collation !== collation)
      await sql.query(
        `ALTER DATABASE ${quoted("mysql", actual(name))} CHARACTER SET ${charset} COLLATE ${collation}`,
      );
  }
  return missing;
}

function tableDifferences(then: MysqlSettings, now: MysqlSettings, actual: Now["actual"]): readonly string[] {
  return then.tables.flatMap(({ schema, name, engine, collation }) => {
    const table = `"${actual(schema)}"."${name}"`;
    const found = now.tables.find((each) => each.schema === actual(schema) && each.name === name);
    if (found === undefined) return [`table ${table} is not there`];
    return [
      ...(found.engine === engine ? [] : [`table ${table} is kept by ${found.engine}, and was by ${engine}`]),
      ...(found.collation === collation
        ? []
        : [`table ${table} has collation ${found.collation}, and had ${collation}`]),
    ];
  });
}

function variableDifferences(then: MysqlSettings, now: MysqlSettings): readonly string[] {
  return Object.entries(then.variables)
    .filter(([name, value]) => now.variables[name] !== value)
    .map(([name, value]) => `the server's ${name} is "${now.variables[name]}", and was "${value}"`);
}

/** They are given on names, and so hold for whatever has the original names. */
function missingGrants(then: MysqlSettings, now: readonly string[]): readonly string[] {
  return then.grants.filter((grant) => !now.includes(grant)).map((grant) => `not granted any more: ${grant}`);
}

function missingDefinitions(
  then: MysqlSettings,
  now: MysqlSettings,
  actual: Now["actual"],
): readonly string[] {
  const missing = (kind: "triggers" | "views") =>
    then[kind]
      .filter(
        ({ schema, name }) => !now[kind].some((each) => each.schema === actual(schema) && each.name === name),
      )
      .map(
        ({ schema, name }) =>
          `${kind === "views" ? "view" : "trigger"} "${actual(schema)}"."${name}" is not there`,
      );
  return [
    ...missing("triggers"),
    ...missing("views"),
    ...then.routines
      .filter((what) => !now.routines.includes(what))
      .map((what) => `${what} is in no dump: create it again where it is used`),
  ];
}
