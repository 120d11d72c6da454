import { integerOf } from "../../../verify/row.ts";
import type { TableSchema } from "../../../verify/row-source.ts";
import { type Item, rowOfItem } from "../row-item.ts";

const BEFORE = "before_";

/** The columns of which a row in doubt keeps what they were before. */
function versionedColumns({ columns, partitionKey, clusteringKey }: TableSchema): readonly string[] {
  const keys = new Set([...partitionKey, ...clusteringKey]);
  return Object.keys(columns).filter((name) => !keys.has(name) && BEFORE + name in columns);
}

export function beforeColumns(schema: TableSchema): readonly string[] {
  return versionedColumns(schema).map((name) => BEFORE + name);
}

export function hasBeforeColumns(schema: TableSchema, item: Item): boolean {
  return beforeColumns(schema).some((name) => name in item);
}

/**
 * A row in doubt as its transaction had found it, by the rules of ScalarDB's own rollback; `undefined` where there was
 * no row. What was imported has no transaction, and its version of then is kept as 0.
 */
export function beforeImage(schema: TableSchema, item: Item): Item | undefined {
  if (!("before_tx_id" in item) && !("before_tx_version" in item)) return undefined;
  const versioned = new Set([...versionedColumns(schema), ...beforeColumns(schema)]);
  const kept = Object.entries(item).filter(([name]) => !versioned.has(name));
  const restored = versionedColumns(schema).flatMap((name) => {
    const was = item[BEFORE + name];
    return was === undefined || isOfImported(name, item) ? [] : [[name, was] as const];
  });
  return Object.fromEntries([...kept, ...restored]);
}

function isOfImported(name: string, item: Item): boolean {
  return name === "tx_version" && integerOf(rowOfItem(item), `${BEFORE}tx_version`) === 0;
}
