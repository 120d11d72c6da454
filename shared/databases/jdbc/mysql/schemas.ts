import type { JdbcDatabaseSettings } from "../../../config/config.ts";
import { quoted } from "../../sql/quote.ts";
import { sqlCodeOf } from "../../sql/refusal.ts";
import type { Asked } from "./tables.ts";

type Wanted = Pick<JdbcDatabaseSettings, "schemas" | "metadataNamespace" | "coordinatorNamespace">;

export interface Chosen {
  /** All that is dumped, sorted. */
  readonly schemas: readonly string[];
  /** What ScalarDB's metadata lists: `namespace.table`. */
  readonly listed: readonly string[];
  readonly problems: readonly string[];
  /** Whether the coordinator's table is on this server. */
  readonly coordinator: "here" | "elsewhere";
}

/**
 * A dump has all of ScalarDB's schemas or is worthless: its metadata, every one that it lists, and the coordinator's,
 * unless another database of the deployment has that.
 */
export async function chooseSchemas(asked: Asked, wanted: Wanted): Promise<Chosen> {
  const { metadataNamespace, coordinatorNamespace } = wanted;
  const listed = await listedTables(asked, metadataNamespace);
  if (listed === undefined)
    return {
      schemas: [...(wanted.schemas ?? [])].sort(),
      listed: [],
      coordinator: "here",
      problems: [
        `schema "${metadataNamespace}" has no table "metadata", in which ScalarDB lists its tables: check metadataNamespace, and what the user may see`,
      ],
    };
  const coordinator = (await existing(asked, [coordinatorNamespace])).size > 0 ? "here" : "elsewhere";
  const needed = new Set([
    metadataNamespace,
    ...(coordinator === "here" ? [coordinatorNamespace] : []),
    ...listed.map(namespaceOf),
  ]);
  const schemas = [...(wanted.schemas ?? needed)].sort();
  const forgotten = [...needed].filter((schema) => !schemas.includes(schema));
  const there = await existing(asked, schemas);
  return {
    schemas: schemas.filter((schema) => there.has(schema)),
    listed,
    coordinator,
    problems: [
      ...forgotten.map((schema) => forgottenProblem(schema, wanted)),
      ...schemas
        .filter((schema) => !there.has(schema))
        .map((schema) => `there is no schema "${schema}", or the user may not see it`),
    ],
  };
}

function forgottenProblem(schema: string, { metadataNamespace, coordinatorNamespace }: Wanted): string {
  const why =
    schema === coordinatorNamespace
      ? "holds the coordinator's table, without which no transaction can be told apart"
      : schema === metadataNamespace
        ? "holds ScalarDB's metadata"
        : "is listed in ScalarDB's metadata";
  return `schemas leaves out "${schema}", which ${why}: name it, or leave schemas out`;
}

async function listedTables(asked: Asked, metadataNamespace: string): Promise<readonly string[] | undefined> {
  const table = quoted("mysql", metadataNamespace, "metadata");
  try {
    const rows = await asked.query(`SELECT DISTINCT full_table_name AS name FROM ${table} ORDER BY 1`);
    return rows.map(({ name }) => String(name));
  } catch (error) {
    if (
      /^ER_(NO_SUCH_TABLE|BAD_DB_ERROR|TABLEACCESS_DENIED_ERROR|DBACCESS_DENIED_ERROR)$/.test(
        sqlCodeOf(error),
      )
    )
      return undefined;
    throw error;
  }
}

async function existing(asked: Asked, schemas: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await asked.query(
    "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN (?)",
    [schemas],
  );
  return new Set(rows.map(({ name }) => String(name)));
}

/** A namespace has no dot in it, a table may. */
function namespaceOf(table: string): string {
  return table.slice(0, table.indexOf("."));
}
