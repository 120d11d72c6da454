import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { LEDGER_TABLES } from "../../../rehearsal/ledger/ledger-tables.ts";
import { type Columns, storedColumns, type Table } from "../../../rehearsal/ledger/table.ts";
import type { RowSource, TableSchema, Value } from "../../../shared/verify/row-source.ts";
import { DEFAULT_NAMESPACES, roleOf } from "../../../shared/verify/table-role.ts";
import { verifyCopy } from "../../../shared/verify/verify-copy.ts";
import { PREFIX, type SmallLedger } from "./small-ledger.ts";

/** What the product's own verification says of the tables of a small ledger. */
export function verifyLedger(small: SmallLedger) {
  const source: RowSource = {
    tables: LEDGER_TABLES.map(schemaOf),
    async *scan(schema) {
      const table = LEDGER_TABLES.find(({ name }) => PREFIX + name === schema.physical);
      if (!table) throw new Error(`no table "${schema.physical}"`);
      yield { rows: (await small.rows(table)).map((row) => valuesOf(table, row)), digest: 0n };
    },
  };
  return verifyCopy({
    sources: [source],
    subject: { kind: "copy" },
  });
}

function schemaOf(table: Table): TableSchema {
  const [namespace = "", name = ""] = table.name.split(".");
  return {
    physical: PREFIX + table.name,
    namespace,
    table: name,
    role: roleOf(namespace, name, storedColumns(table), DEFAULT_NAMESPACES),
    transactional: table.transactional,
    partitionKey: table.partitionKey,
    clusteringKey: table.clusteringKey,
    columns: storedColumns(table),
    secondaryIndexes: table.indexed,
  };
}

function valuesOf(table: Table, row: Columns): Readonly<Record<string, Value>> {
  const stored = Object.keys(storedColumns(table)).filter((name) => row[name]);
  return Object.fromEntries(stored.map((name) => [name, decoded(row[name])]));
}

function decoded(value: AttributeValue | undefined): Value {
  if (value?.N !== undefined) return Number(value.N);
  return value?.S ?? value?.BOOL ?? value?.B ?? null;
}
