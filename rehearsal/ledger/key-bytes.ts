import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Columns, Table } from "./table.ts";

/** What ScalarDB makes of a primary key in DynamoDB: two binary attributes that sort as the columns would. */
export function keyAttributes(table: Table, key: Columns): Record<string, AttributeValue> {
  const partition = { concatenatedPartitionKey: { B: concatenated(table, table.partitionKey, key) } };
  if (table.clusteringKey.length === 0) return partition;
  return { ...partition, concatenatedClusteringKey: { B: concatenated(table, table.clusteringKey, key) } };
}

/** The names of the binary attributes, for conditions and key schemas. */
export function keyAttributeNames(table: Table): readonly string[] {
  return table.clusteringKey.length === 0
    ? ["concatenatedPartitionKey"]
    : ["concatenatedPartitionKey", "concatenatedClusteringKey"];
}

function concatenated(table: Table, names: readonly string[], key: Columns): Uint8Array {
  return Buffer.concat(names.map((name) => bytesOf(table, name, key[name])));
}

function bytesOf(table: Table, name: string, value: AttributeValue | undefined): Buffer {
  const type = table.columns[name];
  if (type === "text" && value?.S !== undefined) return Buffer.concat([Buffer.from(value.S), Buffer.of(0)]);
  if (type === "int" && value?.N !== undefined) return orderedInt(Number(value.N));
  throw new Error(`key column "${name}" of "${table.name}" has no ${type ?? "known"} value`);
}

/** Big-endian with the sign bit flipped, so that negative numbers sort first. */
function orderedInt(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((value ^ 0x80000000) >>> 0);
  return bytes;
}
