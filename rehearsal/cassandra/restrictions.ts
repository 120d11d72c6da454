import type { Select } from "./cql/statement.ts";
import { invalid } from "./refusal.ts";
import { columnOf, type Table } from "./schema.ts";

const FILTERING =
  "Cannot execute this query as it might involve data filtering and thus may have unpredictable performance. If you want to execute this query despite the performance unpredictability, use ALLOW FILTERING";

/** Refuses what Cassandra refuses to search for. */
export function checkRestrictions(table: Table, { where, filtering, orderBy }: Select): void {
  const restricted = new Set(where.flatMap(({ of }) => (typeof of === "string" ? [of] : [])));
  const indexed = new Set(table.indexes.map(({ column }) => column));
  for (const name of restricted) columnOf(table, name);
  const inPartition = table.partitionKey.filter(({ name }) => restricted.has(name));
  const isWhole = inPartition.length === table.partitionKey.length;
  if (orderBy.length > 0 && !isWhole)
    throw invalid("ORDER BY is only supported when the partition key is restricted by an EQ or an IN.");
  for (const { of } of where)
    if (typeof of !== "string" && of.token.join() !== table.partitionKey.map(({ name }) => name).join())
      throw invalid("The token function arguments must be in the partition key order");
  if (filtering || [...restricted].some((name) => indexed.has(name))) return;
  const others = [...restricted].filter((name) => columnOf(table, name).kind === "regular");
  if (others.length > 0 || (inPartition.length > 0 && !isWhole)) throw invalid(FILTERING);
  checkClustering(table, restricted, isWhole);
}

function checkClustering({ clusteringKey }: Table, restricted: ReadonlySet<string>, isWhole: boolean): void {
  const first = clusteringKey.findIndex(({ name }) => !restricted.has(name));
  const later =
    first === -1 ? undefined : clusteringKey.slice(first).find(({ name }) => restricted.has(name));
  if (later !== undefined)
    throw invalid(
      `PRIMARY KEY column "${later.name}" cannot be restricted as preceding column "${clusteringKey[first]?.name}" is not restricted`,
    );
  if (!isWhole && clusteringKey.some(({ name }) => restricted.has(name))) throw invalid(FILTERING);
}
