import type { ColumnType, TableSchema } from "../../verify/row-source.ts";
import { isTransactional, roleOf, type SystemNamespaces } from "../../verify/table-role.ts";
import type { CosmosdbConnection } from "./connection.ts";
import { physicalName } from "./physical-name.ts";
import { readDocuments } from "./rows.ts";

/** What ScalarDB's metadata container has of a table: its id is `namespace.table`. */
export interface MetadataDocument {
  readonly id: string;
  readonly partitionKeyNames?: readonly string[];
  readonly clusteringKeyNames?: readonly string[];
  readonly secondaryIndexNames?: readonly string[];
  readonly columns?: Readonly<Record<string, string>>;
}

/** The containers that ScalarDB's metadata lists in an account. */
export async function readSchemas(
  connection: Pick<CosmosdbConnection, "data">,
  { account, metadataNamespace, namespaces }: Where,
): Promise<readonly TableSchema[]> {
  const name = physicalName({ account, database: metadataNamespace, container: "metadata" });
  const documents = (await readDocuments(connection, name)) as readonly MetadataDocument[];
  return [...documents]
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .map((metadata) => tableSchemaOf(metadata, { account, namespaces }));
}

interface Where {
  readonly account: string;
  readonly metadataNamespace: string;
  readonly namespaces: SystemNamespaces;
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
