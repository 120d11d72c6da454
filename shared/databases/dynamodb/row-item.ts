import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Row, Value } from "../../verify/row-source.ts";

/** An item as the SDK gives it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The primary key of each of ScalarDB's tables: its own encodings of columns that the item holds as well. */
export const PARTITION_KEY = "concatenatedPartitionKey";
export const CLUSTERING_KEY = "concatenatedClusteringKey";
const KEY_ATTRIBUTES: ReadonlySet<string> = new Set([PARTITION_KEY, CLUSTERING_KEY]);

export function rowOfItem(item: Item): Row {
  const row: Record<string, Value> = {};
  for (const name in item) {
    const attribute = item[name];
    if (attribute !== undefined && !KEY_ATTRIBUTES.has(name)) row[name] = valueOfAttribute(attribute);
  }
  return row;
}

function valueOfAttribute(attribute: AttributeValue): Value {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return numberOf(attribute.N);
  if (attribute.B !== undefined) return attribute.B;
  return attribute.BOOL ?? null;
}

function numberOf(text: string): number | bigint {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) && /^-?\d+$/.test(text)
    ? BigInt(text)
    : number;
}

/** One spelling of an item, whatever order its attributes and sets come in: what a digest is taken of. */
export function canonicalItem(item: Item): string {
  const parts: string[] = [];
  for (const name of Object.keys(item).sort()) {
    const attribute = item[name];
    if (attribute !== undefined) parts.push(`${JSON.stringify(name)}:${canonicalAttribute(attribute)}`);
  }
  return `{${parts.join(",")}}`;
}

function canonicalAttribute(attribute: AttributeValue): string {
  if (attribute.S !== undefined) return `S${JSON.stringify(attribute.S)}`;
  if (attribute.N !== undefined) return `N${attribute.N}`;
  if (attribute.B !== undefined) return `B${base64(attribute.B)}`;
  if (attribute.BOOL !== undefined) return `T${attribute.BOOL}`;
  if (attribute.M !== undefined) return `M${canonicalItem(attribute.M)}`;
  if (attribute.L !== undefined) return `L[${attribute.L.map(canonicalAttribute).join(",")}]`;
  if (attribute.SS !== undefined)
    return `SS[${attribute.SS.map((text) => JSON.stringify(text))
      .sort()
      .join(",")}]`;
  if (attribute.NS !== undefined) return `NS[${[...attribute.NS].sort().join(",")}]`;
  if (attribute.BS !== undefined) return `BS[${attribute.BS.map(base64).sort().join(",")}]`;
  return "Z";
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
