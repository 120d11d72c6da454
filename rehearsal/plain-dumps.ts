import { join } from "node:path";
import { openSql } from "../shared/databases/sql/open-sql.ts";
import { readSqlSchemas } from "../shared/databases/sql/row-schema.ts";
import { scanSqlTable } from "../shared/databases/sql/rows.ts";
import type { VerificationReport } from "../shared/verify/report.ts";
import type { RowSource } from "../shared/verify/row-source.ts";
import { DEFAULT_NAMESPACES } from "../shared/verify/table-role.ts";
import { verifyCopy } from "../shared/verify/verify-copy.ts";
import type { JdbcEndpoint, SqlServerEndpoint } from "./ledger/jdbc/endpoint.ts";
import { openPool } from "./ledger/jdbc/sql-pool.ts";
import { METADATA_TABLE } from "./ledger/ledger-tables.ts";
import type { TableNames, Totals } from "./ledger/totals.ts";
import type { PlainCopies, PlainCopy } from "./rehearsal-world.ts";
import { dumpSchema, loadSchema } from "./servers/sql-tools.ts";
import { MOST_TRIES } from "./torn-copy.ts";

/** One dump per schema, taken one after the other: what a script with a loop leaves behind. */
interface PlainDumps {
  /** By schema. */
  readonly files: Readonly<Record<string, string>>;
  readonly server: SqlServerEndpoint;
}

const [METADATA_NAMESPACE = ""] = METADATA_TABLE.split(".");

async function takePlainDumps(server: SqlServerEndpoint, folder: string, turn: number): Promise<PlainDumps> {
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

/** The dumps are taken at once, while clients are at work, and loaded when somebody wants to see them. */
export async function plainDumps(
  server: SqlServerEndpoint,
  folder: string,
  asked: Asked,
): Promise<PlainCopies> {
  const dumps: PlainDumps[] = [];
  for (let turn = 0; turn < MOST_TRIES; turn++) dumps.push(await takePlainDumps(server, folder, turn));
  return {
    of: "loop over the schemas",
    make: (turn) => loadPlainDumps(dumps[turn] as PlainDumps, turn, asked),
  };
}

/** What else a copy is asked for than to be verified. */
interface Asked {
  totals(endpoint: JdbcEndpoint, names: TableNames): Promise<Totals>;
  /** What contradicts itself in it, in sentences. */
  contradictions(endpoint: JdbcEndpoint, names: TableNames): Promise<readonly string[]>;
}

/** Loads them beside the original. */
async function loadPlainDumps(
  { files, server }: PlainDumps,
  turn: number,
  { totals, contradictions }: Asked,
): Promise<PlainCopy> {
  const suffix = `_plain${turn}`;
  const copy = await loadBeside(server, files, suffix);
  const endpoint: JdbcEndpoint = { kind: "jdbc", main: copy };
  const renamed = (schema: string) => (server.engine === "mysql" ? schema + suffix : schema);
  const names = (name: string) => name.replace(/^[^.]+/, renamed);
  return {
    what: `One dump for each of ${Object.keys(files).join(", ")}, taken one after the other under load and loaded:`,
    totals: await totals(endpoint, names),
    report: await verified(copy, Object.fromEntries(Object.keys(files).map((name) => [name, renamed(name)]))),
    contradictions: await contradictions(endpoint, names),
    remarks: [],
  };
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
