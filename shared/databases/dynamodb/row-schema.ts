import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { ColumnType, TableSchema } from "../../verify/row-source.ts";
import { isTransactional, roleOf, type SystemNamespaces } from "../../verify/table-role.ts";
import type { Item } from "./row-item.ts";

/** One of ScalarDB's tables: the item that its metadata table has of it, and what the table is called now. */
export interface MappedTable {
  /** The item of `<prefix>scalardb.metadata`; its `table` is the original's name. */
  readonly metadata: Item;
  /** Another name than the metadata's for a copy under a temporary name. */
  readonly physicalName: string;
}

export interface NamingSettings {
  /** `scalar.db.dynamo.namespace.prefix`, put before every name as it is. */
  readonly prefix: string;
  readonly namespaces: SystemNamespaces;
}

export function tableSchemaOf(
  { metadata, physicalName }: MappedTable,
  { prefix, namespaces }: NamingSettings,
): TableSchema {
  const { namespace, table } = logicalNames(metadata["table"]?.S ?? "", prefix);
  const columns = Object.fromEntries(
    Object.entries(metadata["columns"]?.M ?? {}).map(([name, type]) => [
      name,
      (type.S ?? "text") as ColumnType,
    ]),
  );
  return {
    physical: physicalName,
    namespace,
    table,
    role: roleOf(namespace, table, columns, namespaces),
    transactional: isTransactional(columns),
    partitionKey: texts(metadata["partitionKey"]),
    clusteringKey: texts(metadata["clusteringKey"]),
    columns,
    secondaryIndexes: [...(metadata["secondaryIndex"]?.SS ?? [])].sort(),
  };
}

/** A namespace has no dot, so the first one ends it. */
function logicalNames(
  fullName: string,
  prefix: string,
): { readonly namespace: string; readonly table: string } {
  const name = fullName.startsWith(prefix) ? fullName.slice(prefix.length) : fullName;
  const dot = name.indexOf(".");
  return { namespace: name.slice(0, Math.max(dot, 0)), table: name.slice(dot + 1) };
}

function texts(list: AttributeValue | undefined): readonly string[] {
  return (list?.L ?? []).map((each) => each.S ?? "");
}
