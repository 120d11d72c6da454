import { type Client, types } from "cassandra-driver";
import type { Mutation, MutationOutcome } from "../mutation.ts";
import { columnsOf } from "../row-columns.ts";
import { joined, type Storage, type StorageOptions } from "../storage.ts";
import { mutationStatement, selectStatement } from "./statement.ts";
import { cqlValueOf } from "./value.ts";

const LINEARIZABLE = { consistency: types.consistencies.serial };

/** ScalarDB's Cassandra adapter, as far as a ledger needs it. */
export function openCassandraStorage(
  client: Client,
  { grouping }: Pick<StorageOptions, "grouping">,
): Storage {
  return {
    async get(table, key) {
      const { query, params } = selectStatement(table, key);
      const { rows } = await client.execute(query, [...params], LINEARIZABLE);
      return rows[0] && columnsOf(table, rows[0]);
    },
    async mutate(mutations) {
      const groups =
        grouping === "together" ? byPartition(mutations) : mutations.map((mutation) => [mutation]);
      return joined(await Promise.allSettled(groups.map((group) => write(client, group))));
    },
  };
}

/** No lightweight transaction reaches beyond one partition of one table. */
function byPartition(mutations: readonly Mutation[]): readonly (readonly Mutation[])[] {
  const groups = Map.groupBy(mutations, ({ table, key }) => {
    const parts = table.partitionKey.map((name) => String(cqlValueOf(table, name, key[name])));
    return JSON.stringify([table.name, ...parts]);
  });
  return [...groups.values()];
}

async function write(client: Client, mutations: readonly Mutation[]): Promise<MutationOutcome> {
  const [first, ...rest] = mutations.map(mutationStatement);
  if (first === undefined) return "done";
  const result =
    rest.length === 0
      ? await client.execute(first.query, [...first.params])
      : await client.batch(
          [first, ...rest].map(({ query, params }) => ({ query, params: [...params] })),
          { prepare: true },
        );
  return result.wasApplied() ? "done" : "refused";
}
