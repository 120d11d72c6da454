import { codeOf, messageOf } from "../../errors/stillpoint-error.ts";
import type { IndexFinds, LookedAtIndex } from "../../restore/cassandra/index-look.ts";
import { askAnyNode, type Cql, type CqlNode } from "./cql.ts";
import { type DescribedTable, describedTables } from "./described-tables.ts";
import { askableIndex, isFound, isThere, rowsToAskFor } from "./index-rows.ts";

/** So that every node holds some of the rows that are asked for, as far as can be told from outside. */
const PLACES_OF_A_NODE = 2;
const PLACES_LEAST = 16;
const PLACES_MOST = 128;

interface Ring {
  readonly nodes: readonly CqlNode[];
  readonly partitioner: string;
}

/**
 * Asks every secondary index, at every node, for rows that are there. An index whose files are missing answers without a
 * word; one that is being built refuses.
 */
export async function lookAtIndexes(
  cql: Pick<Cql, "nodes">,
  partitioner: string,
): Promise<readonly LookedAtIndex[]> {
  const tables = await askAnyNode(cql, describedTables, isUnreachable);
  const ring = { nodes: await cql.nodes(), partitioner };
  const looked: LookedAtIndex[] = [];
  for (const table of tables)
    for (const index of table.indexes)
      looked.push({
        keyspace: table.namespace,
        table: table.table,
        name: index.name,
        finds: await findsOf(ring, table, index),
      });
  return looked.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}

function nameOf({ keyspace, table, name }: LookedAtIndex): string {
  return [keyspace, table, name].join(".");
}

async function findsOf(
  ring: Ring,
  table: DescribedTable,
  described: DescribedTable["indexes"][number],
): Promise<IndexFinds> {
  const index = askableIndex(table, described);
  if (typeof index === "string") return { kind: "unasked", why: index };
  try {
    return await asked(ring, index);
  } catch (error) {
    if (!isUnreachable(error) && codeOf(error) !== "DATABASE_REFUSED") throw error;
    return { kind: "no-answer", why: messageOf(error) };
  }
}

async function asked(
  { nodes, partitioner }: Ring,
  index: Exclude<ReturnType<typeof askableIndex>, string>,
): Promise<IndexFinds> {
  const [reader] = nodes;
  if (reader === undefined) return { kind: "no-answer", why: "no node is connected" };
  const places = Math.min(Math.max(PLACES_LEAST, PLACES_OF_A_NODE * nodes.length), PLACES_MOST);
  let rows = 0;
  for await (const row of rowsToAskFor(reader, index, { places, partitioner })) {
    const found = await Promise.all(nodes.map((node) => isFound(node, index, row)));
    if (found.every(Boolean)) rows++;
    else if (await isThere(reader, index, row)) return { kind: "too-little" };
  }
  if (rows > 0) return { kind: "rows", rows };
  return {
    kind: "unasked",
    why: `no row with a value in column "${index.column.name}" was found where it was looked for`,
  };
}

function isUnreachable(error: unknown): boolean {
  return codeOf(error) === "DATABASE_UNREACHABLE";
}
