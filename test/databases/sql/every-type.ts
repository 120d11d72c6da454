import type { TableSchema } from "../../../shared/verify/row-source.ts";

/** A table with a column of every type. */
export function everyTypeIn(namespace: string): TableSchema {
  return {
    physical: `${namespace}.every`,
    namespace,
    table: "every",
    role: "record",
    transactional: false,
    partitionKey: ["id"],
    clusteringKey: [],
    secondaryIndexes: [],
    columns: {
      id: "int",
      yes: "boolean",
      large: "bigint",
      ratio: "float",
      score: "double",
      words: "text",
      bytes: "blob",
      day: "date",
      hour: "time",
      moment: "timestamp",
      instant: "timestamptz",
    },
  };
}
