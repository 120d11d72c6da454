import { quoted } from "../../sql/quote.ts";
import { sqlCodeOf } from "../../sql/refusal.ts";
import type { Asked } from "./tables.ts";

/** A schema that a run has made holds a table that says which run it was: only that run may touch it. */
const MARKER = "stillpoint_run";

export async function mark(asked: Asked, schema: string, run: string): Promise<void> {
  const table = quoted("mysql", schema, MARKER);
  await asked.query(
    `CREATE TABLE IF NOT EXISTS ${table} (run VARCHAR(255) NOT NULL PRIMARY KEY) ENGINE = InnoDB`,
  );
  await asked.query(`INSERT IGNORE INTO ${table} VALUES (?)`, [run]);
}

/** Whose a schema is: a run's, nobody's where there is no such schema, or somebody's. */
export type Owner =
  | { readonly kind: "absent" }
  | { readonly kind: "run"; readonly run: string }
  | { readonly kind: "empty" }
  | { readonly kind: "other"; readonly tables: number };

export async function ownerOf(asked: Asked, schema: string): Promise<Owner> {
  const [there] = await asked.query("SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?", [
    schema,
  ]);
  if (there === undefined) return { kind: "absent" };
  const run = await markedRun(asked, schema);
  if (run !== undefined) return { kind: "run", run };
  const tables = await tableNames(asked, schema);
  return tables.length === 0 ? { kind: "empty" } : { kind: "other", tables: tables.length };
}

async function markedRun(asked: Asked, schema: string): Promise<string | undefined> {
  try {
    const [row] = await asked.query(`SELECT run FROM ${quoted("mysql", schema, MARKER)}`);
    return row && String(row["run"]);
  } catch (error) {
    if (sqlCodeOf(error) === "ER_NO_SUCH_TABLE") return undefined;
    throw error;
  }
}

/** Without the marker. */
export async function tableNames(asked: Asked, schema: string): Promise<readonly string[]> {
  const rows = await asked.query(
    "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME",
    [schema],
  );
  return rows.map(({ name }) => String(name)).filter((name) => name !== MARKER);
}
