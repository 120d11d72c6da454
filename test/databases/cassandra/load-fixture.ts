import type { Client } from "cassandra-driver";
import { cqlName } from "../../../shared/databases/cassandra/cql.ts";
import { type MetadataRow, splitName } from "../../../shared/databases/sql/row-schema.ts";
import { fixtureText } from "../../verify/fixture-source.ts";

interface Line {
  readonly table: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** As ScalarDB's own schema loader types columns. */
const TYPES: Readonly<Record<string, string>> = { TIMESTAMPTZ: "timestamp" };
const AT_A_TIME = 100;

/** Puts a fixture of the real Ledger, in ScalarDB's JDBC layout, into an empty cluster, as ScalarDB does in Cassandra. */
export async function loadIntoCassandra(client: Client, file: string, replicas: number): Promise<void> {
  const lines = fixtureText(file)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
  const byTable = Map.groupBy(lines, ({ table }) => table);
  const metadata = (byTable.get("scalardb.metadata") ?? []).map(({ row }) => row as unknown as MetadataRow);
  const described = Map.groupBy(metadata, (row) => row.full_table_name);
  const run = (text: string) => client.execute(text, [], { prepare: false });
  for (const keyspace of new Set([...described.keys()].map((name) => splitName(name).namespace)))
    await run(
      `CREATE KEYSPACE ${cqlName(keyspace)} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': '${replicas}'}`,
    );
  for (const [name, columns] of described) {
    for (const text of tableTexts(name, columns)) await run(text);
    await insertAll(client, name, { columns, rows: (byTable.get(name) ?? []).map(({ row }) => row) });
  }
}

function tableTexts(name: string, described: readonly MetadataRow[]): readonly string[] {
  const columns = described.toSorted((one, other) => one.ordinal_position - other.ordinal_position);
  const keysOf = (type: string) =>
    columns.filter(({ key_type }) => key_type === type).map(({ column_name }) => cqlName(column_name));
  const types = columns.map(
    ({ column_name, data_type }) => `${cqlName(column_name)} ${TYPES[data_type] ?? data_type.toLowerCase()}`,
  );
  const key = [`(${keysOf("PARTITION").join(", ")})`, ...keysOf("CLUSTERING")].join(", ");
  const { table } = splitName(name);
  return [
    `CREATE TABLE ${tableName(name)} (${types.join(", ")}, PRIMARY KEY (${key}))`,
    ...columns
      .filter(({ indexed }) => Boolean(indexed))
      .map(
        ({ column_name }) =>
          `CREATE INDEX ${cqlName(`${table}_index_${column_name}`)} ON ${tableName(name)} (${cqlName(column_name)})`,
      ),
  ];
}

function tableName(name: string): string {
  const { namespace, table } = splitName(name);
  return cqlName(namespace, table);
}

interface Rows {
  readonly columns: readonly MetadataRow[];
  readonly rows: readonly Line["row"][];
}

async function insertAll(client: Client, name: string, { columns, rows }: Rows): Promise<void> {
  const names = columns.map(({ column_name }) => column_name);
  const list = names.map((column) => cqlName(column)).join(", ");
  const text = `INSERT INTO ${tableName(name)} (${list}) VALUES (${names.map(() => "?").join(", ")})`;
  const isBlob = new Set(
    columns.filter(({ data_type }) => data_type === "BLOB").map((each) => each.column_name),
  );
  for (let from = 0; from < rows.length; from += AT_A_TIME)
    await Promise.all(
      rows.slice(from, from + AT_A_TIME).map((row) =>
        client.execute(
          text,
          names.map((column) => parameterOf(row[column], isBlob.has(column))),
          { prepare: true },
        ),
      ),
    );
}

function parameterOf(value: unknown, isBlob: boolean): unknown {
  return isBlob && typeof value === "string" ? Buffer.from(value.slice(2), "hex") : (value ?? null);
}
