import type { ColumnType, TableSchema } from "../../verify/row-source.ts";
import { isTransactional, roleOf, type SystemNamespaces } from "../../verify/table-role.ts";

/** What ScalarDB's metadata container has of a table: its id is `namespace.table`. */
export interface MetadataDocument {
  readonly id: string;
  readonly partitionKeyNames?: readonly string[];
  readonly clusteringKeyNames?: readonly string[];
  readonly secondaryIndexNames?: readonly string[];
  readonly columns?: Readonly<Record<string, string>>;
}

/** A container with its database and account: what a copy is told from its original by. */
export interface PhysicalName {
  readonly account: string;
  readonly database: string;
  readonly container: string;
}

export function physicalName({ account, database, container }: PhysicalName): string {
  return `${account}/${database}/${container}`;
}

export function parsePhysicalName(text: string): PhysicalName {
  const [account = "", database = "", ...container] = text.split("/");
  return { account, database, container: container.join("/") };
}

export function tableSchemaOf(
  metadata: MetadataDocument,
  { account, namespaces }: { readonly account: string; readonly namespaces: SystemNamespaces },
): TableSchema {
  const { namespace, table } = logicalNames(metadata.id);
  const columns = Object.fromEntries(
    Object.entries(metadata.columns ?? {}).map(([name, type]) => [name, type.toLowerCase() as ColumnType]),
  );
  return {
    physical: physicalName({ account, database: namespace, container: table }),
    namespace,
    table,
    role: roleOf(namespace, table, columns, namespaces),
    transactional: isTransactional(columns),
    partitionKey: metadata.partitionKeyNames ?? [],
    clusteringKey: metadata.clusteringKeyNames ?? [],
    columns,
    secondaryIndexes: [...(metadata.secondaryIndexNames ?? [])].sort(),
  };
}

/** A namespace has no dot, so the first one ends it. */
function logicalNames(id: string): { readonly namespace: string; readonly table: string } {
  const dot = id.indexOf(".");
  return { namespace: id.slice(0, Math.max(dot, 0)), table: id.slice(dot + 1) };
}
