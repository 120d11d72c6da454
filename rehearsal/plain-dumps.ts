import { join } from "node:path";
import { openSql } from "../shared/databases/sql/open-sql.ts";
import { readSqlSchemas } from "../shared/databases/sql/row-schema.ts";
import { scanSqlTable } from "../shared/databases/sql/rows.ts";
import type { VerificationReport } from "../shared/verify/report.ts";
import type { RowSource } from "../shared/verify/row-source.ts";
import { DEFAULT_NAMESPACES } from "../shared/verify/table-role.ts";
import { verifyCopy } from "../shared/verify/verify-copy.ts";
import type { JdbcEndpoint, SqlServerEndpoint } from "./ledger/jdbc/endpoint.ts";
import { disagreements } from "./ledger/jdbc/mirror.ts";
import { openPool } from "./ledger/jdbc/sql-pool.ts";
import { jdbcTotals } from "./ledger/jdbc/totals.ts";
import { METADATA_TABLE } from "./ledger/ledger-tables.ts";
import type { PlainCopy } from "./rehearsal-world.ts";
import { dumpSchema, loadSchema } from "./servers/sql-tools.ts";

/** One dump per schema, taken one after the other: what a script with a loop leaves behind. */
export interface PlainDumps {
  /** By schema. */
  readonly files: Readonly<Record<string, string>>;
  readonly server: SqlServerEndpoint;
}

const [METADATA_NAMESPACE = ""] = METADATA_TABLE.split(".");

export async function takePlainDumps(server: SqlServerEndpoint, folder: string, turn: number): Promise<PlainDumps> {
  const files: Record<string, string> = {};
  for (const schema of await schemasOf(server)) {
    const file = join(folder, `plain-${turn}-${schema}.sql`);
    await dumpSchema(server, schema, file);
    files[schema] = file;
  }
  return { files, server };
}

async function schemasOf(server: SqlServerEndpoint): Promise<readonly string[]> {
  const pool = openPool(server);
  try {
    const text = `SELECT DISTINCT full_table_name AS name FROM ${METADATA_TABLE}`;
    const { rows } = await pool.run({ text, values: [] });
    const listed = rows.map(({ name }) => String(name).split(".")[0] ?? "");
    return [...new Set([...listed, METADATA_NAMESPACE])].sort();
  } finally {
    await pool.close();
  }
}

/** Loads them beside the original. */
export async function loadPlainDumps({ files, server }: PlainDumps, turn: number): Promise<PlainCopy> {
  const suffix = `_plain${turn}`;
  const copy = await loadBeside(server, files, suffix);
  const endpoint: JdbcEndpoint = { kind: "jdbc", main: copy };
  const renamed = (schema: string) => (server.engine === "mysql" ? schema + suffix : schema);
  const names = (name: string) => name.replace(/^[^.]+/, renamed);
  const halves = await disagreements(endpoint, names);
  return {
    what: `One dump for each of ${Object.keys(files).join(", ")}, taken one after the other under load and loaded:`,
    totals: await jdbcTotals(endpoint, names),
    report: await verified(copy, Object.fromEntries(Object.keys(files).map((name) => [name, renamed(name)]))),
    contradictions: halves.length === 0 ? [] : [halvesText(halves.map(({ id }) => id))],
    remarks: [],
  };
}

function halvesText(ids: readonly string[]): string {
  const [first] = ids;
  return `${ids.length} accounts, "${first}" among them, were last written by another transaction than their asset, though each transfer writes both: there are halves of transactions in it.`;
}

async function loadBeside(
  server: SqlServerEndpoint,
  files: PlainDumps["files"],
  suffix: string,
): Promise<SqlServerEndpoint> {
  const pool = openPool(server);
  const create = (name: string) => pool.run({ text: `CREATE DATABASE ${name}`, values: [] });
  try {
    if (server.engine === "postgresql") {
      const database = `${server.database}${suffix}`;
      await create(database);
      for (const file of Object.values(files)) await loadSchema(server, database, file);
      return { ...server, database };
    }
    for (const [schema, file] of Object.entries(files)) {
      await create(schema + suffix);
      await loadSchema(server, schema + suffix, file);
    }
    return server;
  } finally {
    await pool.close();
  }
}

async function verified(
  copy: SqlServerEndpoint,
  rename: Readonly<Record<string, string>>,
): Promise<VerificationReport> {
  const sql = await openSql({ ...copy, tls: "off" });
  try {
    const where = { metadataNamespace: METADATA_NAMESPACE, namespaces: DEFAULT_NAMESPACES, rename };
    const source: RowSource = {
      tables: await readSqlSchemas(sql, where),
      scan: (table, segment, segments) => scanSqlTable(sql, table, segment, segments),
    };
    return await verifyCopy({ sources: [source], subject: { kind: "copy" } });
  } finally {
    sql.close();
  }
}
