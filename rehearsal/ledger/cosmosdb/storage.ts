import { type Container, type CosmosClient, ErrorResponse } from "@azure/cosmos";
import type { Mutation, MutationOutcome } from "../mutation.ts";
import { joined, type Storage, type StorageOptions } from "../storage.ts";
import type { Table } from "../table.ts";
import { columnsOf, documentOf, idOf, jsonOf, partitionOf, type RecordDocument } from "./document.ts";

/** The stored procedure through which ScalarDB makes every write. */
export const MUTATE = "mutate.js";

/** How its arguments number the kinds of mutations. */
const KIND = { put: 0, putIfAbsent: 1, putIfPresent: 2, deleteIf: 3 } as const;

/** Sub-status of a condition that did not hold, and status of a conflict with another request. */
const PRECONDITION_FAILED = 412;
const RETRY_WITH = 449;

/** ScalarDB's Cosmos DB adapter, as far as a ledger needs it. */
export function openCosmosdbStorage(client: CosmosClient, { prefix, grouping }: StorageOptions): Storage {
  return {
    async get(table, key) {
      const item = containerOf(client, prefix, table).item(idOf(table, key), partitionOf(table, key));
      const { resource } = await item.read<RecordDocument>();
      return resource && columnsOf(table, resource);
    },
    async mutate(mutations) {
      const groups =
        grouping === "together" ? byPartition(mutations) : mutations.map((mutation) => [mutation]);
      return joined(await Promise.allSettled(groups.map((group) => execute(client, prefix, group))));
    },
  };
}

export function containerOf(client: CosmosClient, prefix: string, { name }: Table): Container {
  const [namespace, table] = name.split(".");
  return client.database(`${prefix}${namespace}`).container(String(table));
}

/** No transaction reaches beyond one partition of one container. */
function byPartition(mutations: readonly Mutation[]): readonly (readonly Mutation[])[] {
  const groups = Map.groupBy(mutations, ({ table, key }) => `${table.name} ${partitionOf(table, key)}`);
  return [...groups.values()];
}

async function execute(
  client: CosmosClient,
  prefix: string,
  mutations: readonly Mutation[],
): Promise<MutationOutcome> {
  const [first] = mutations;
  if (first === undefined) return "done";
  const procedure = containerOf(client, prefix, first.table).scripts.storedProcedure(MUTATE);
  const { partition, parameters } = callOf(first, mutations);
  try {
    await procedure.execute(partition, parameters);
    return "done";
  } catch (error) {
    if (isConflict(error)) return "refused";
    throw error;
  }
}

/** The number of mutations, their kinds, their records, and what must be found for each of them. */
function callOf({ table, key }: Mutation, mutations: readonly Mutation[]) {
  const parameters = [
    mutations.length,
    ...mutations.map(kindOf),
    ...mutations.map((mutation) =>
      mutation.kind === "put"
        ? documentOf(mutation.table, mutation.key, mutation.columns, mutation.cleared)
        : {},
    ),
    ...mutations.map(queryOf),
  ];
  return { partition: partitionOf(table, key), parameters };
}

function kindOf({ kind, condition }: Mutation): number {
  if (kind === "delete") return KIND.deleteIf;
  switch (condition.kind) {
    case "none":
      return KIND.put;
    case "absent":
      return KIND.putIfAbsent;
    case "present":
      return KIND.putIfPresent;
    default:
      return condition satisfies never;
  }
}

function queryOf({ table, key, condition }: Mutation): string {
  const equal = condition.kind === "present" ? condition.equal : {};
  const conditions = Object.entries(equal).map(
    ([name, value]) => ` and r.values[${JSON.stringify(name)}] = ${JSON.stringify(jsonOf(value))}`,
  );
  return `select * from Record r where (r.id = ${JSON.stringify(idOf(table, key))}${conditions.join("")})`;
}

function isConflict(error: unknown): boolean {
  if (!(error instanceof ErrorResponse)) return false;
  return error.substatus === PRECONDITION_FAILED || Number(error.code) === RETRY_WITH;
}
