import type { DumpedTable } from "../../../restore/jdbc/captured.ts";
import type { SqlRow } from "../../sql/sql.ts";

/** Anything that pg_dump dumps rows of, or whose rows one may expect in a dump. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
  readonly oid: number;
  /** Another one after TRUNCATE and whatever else writes a table anew. */
  readonly filenode: number;
  readonly kind: "table" | "partitioned" | "foreign" | "sequence" | "materialized";
  readonly isUnlogged: boolean;
  readonly isReadable: boolean;
  /** Whether row-level security applies to this user. */
  readonly isSecured: boolean;
  readonly rows?: number;
  readonly bytes: number;
}

interface Asking {
  query(text: string, values?: readonly unknown[]): Promise<readonly SqlRow[]>;
}

const KINDS = {
  r: "table",
  p: "partitioned",
  f: "foreign",
  S: "sequence",
  m: "materialized",
} as const;

/** Schemas that are not the server's own. */
const USERS_SCHEMA = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
/** What an extension brings along is made anew by it. */
const NOT_OF_EXTENSION = `NOT EXISTS (SELECT FROM pg_depend d
  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/** All schemas of users, empty ones too. */
export async function readSchemaNames({ query }: Asking): Promise<readonly string[]> {
  const rows = await query(
    `SELECT n.nspname AS name FROM pg_namespace n WHERE ${USERS_SCHEMA}
        AND NOT EXISTS (SELECT FROM pg_depend d
          WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
      ORDER BY 1`,
  );
  return rows.map((row) => String(row["name"]));
}

/** Relations of these schemas, or of all. To measure one it is opened, which waits for whoever has locked it. */
export async function readRelations(
  { query }: Asking,
  schemas: readonly string[] | undefined,
  measured: "measured" | "unmeasured" = "unmeasured",
): Promise<readonly Relation[]> {
  const size = measured === "measured" ? "coalesce(pg_total_relation_size(c.oid), 0)" : "0";
  const rows = await query(
    `SELECT n.nspname AS schema, c.relname AS name, c.oid, c.relfilenode AS filenode, c.relkind AS kind,
            c.relpersistence = 'u' AS unlogged, c.reltuples::float8 AS rows,
            ${size} AS bytes,
            has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
            row_security_active(c.oid) AS secured
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'f', 'S', 'm') AND ${USERS_SCHEMA} AND ${NOT_OF_EXTENSION}
        AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
      ORDER BY 1, 2`,
    [schemas ?? null],
  );
  return rows.map(relationOf);
}

function relationOf(row: SqlRow): Relation {
  const rows = Number(row["rows"]);
  return {
    schema: String(row["schema"]),
    name: String(row["name"]),
    oid: Number(row["oid"]),
    filenode: Number(row["filenode"]),
    kind: KINDS[row["kind"] as keyof typeof KINDS],
    isUnlogged: row["unlogged"] === true,
    isReadable: row["readable"] === true,
    isSecured: row["secured"] === true,
    // Negative until the table is analyzed for the first time.
    ...(rows >= 0 && { rows }),
    bytes: Number(row["bytes"]),
  };
}

export function isTable({ kind }: Relation): boolean {
  return kind === "table" || kind === "partitioned";
}

export function labelOf({ schema, name }: Pick<Relation, "schema" | "name">): string {
  return `${schema}.${name}`;
}

export function dumpedTable({ schema, name, rows, bytes }: Relation): DumpedTable {
  return { schema, name, ...(rows !== undefined && { rows }), bytes };
}
