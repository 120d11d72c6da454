import type { ColumnType, Row, TableSchema, Value } from "../../verify/row-source.ts";
import { canonicalJson } from "../../workflow/canonical-json.ts";

/** A document of ScalarDB as the service answers it. */
export interface RowDocument {
  readonly id: string;
  readonly partitionKey?: Columns;
  readonly clusteringKey?: Columns;
  readonly values?: Columns;
}

type Columns = Readonly<Record<string, unknown>>;

/** The key columns are beside the others; a column that is null is not there. */
export function rowOfDocument(
  { partitionKey = {}, clusteringKey = {}, values = {} }: RowDocument,
  { columns }: Pick<TableSchema, "columns">,
): Row {
  const row: Record<string, Value> = {};
  for (const part of [values, partitionKey, clusteringKey])
    for (const name in part) row[name] = decoded(part[name], columns[name]);
  return row;
}

/** Dates and times are numbers here as ScalarDB writes them, as integers are. */
function decoded(value: unknown, type: ColumnType | undefined): Value {
  if (typeof value === "string") return type === "blob" ? bytesOf(value) : value;
  if (typeof value === "number" || typeof value === "boolean") return value;
  return null;
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}

/** Of the service's own, and others in a restored account. */
const SYSTEM: ReadonlySet<string> = new Set(["_rid", "_self", "_etag", "_ts", "_attachments"]);

/** One spelling of a document, whatever order its members come in: what a digest is taken of. */
export function canonicalDocument(document: object): string {
  return canonicalJson(Object.fromEntries(Object.entries(document).filter(([name]) => !SYSTEM.has(name))));
}
