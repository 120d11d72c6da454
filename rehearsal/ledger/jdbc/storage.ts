import type { Mutation, MutationOutcome } from "../mutation.ts";
import { columnsOf } from "../row-columns.ts";
import { joined, type Storage, type StorageOptions } from "../storage.ts";
import type { Table } from "../table.ts";
import type { Run, SqlPool } from "./sql-pool.ts";
import { mutationStatement, selectStatement } from "./statement.ts";

/** Which pool reaches the server that keeps a table. */
export type PoolOf = (table: Pick<Table, "name">) => SqlPool;

/** ScalarDB's JDBC adapter, as far as a ledger needs it. */
export function openJdbcStorage(poolOf: PoolOf, { grouping }: Pick<StorageOptions, "grouping">): Storage {
  return {
    async get(table, key) {
      const { run, dialect } = poolOf(table);
      const { rows } = await run(selectStatement(dialect, table, key));
      return rows[0] && columnsOf(table, rows[0]);
    },
    async mutate(mutations) {
      const groups =
        grouping === "together" ? byServer(poolOf, mutations) : mutations.map((mutation) => [mutation]);
      return joined(await Promise.allSettled(groups.map((group) => write(poolOf, group))));
    },
  };
}

/** No SQL transaction reaches beyond one server. */
function byServer(poolOf: PoolOf, mutations: readonly Mutation[]): readonly (readonly Mutation[])[] {
  return [...Map.groupBy(mutations, ({ table }) => poolOf(table)).values()];
}

async function write(poolOf: PoolOf, mutations: readonly Mutation[]): Promise<MutationOutcome> {
  const [first, ...rest] = mutations;
  if (first === undefined) return "done";
  const pool = poolOf(first.table);
  try {
    if (rest.length === 0) return (await applies(pool, pool.run, first)) ? "done" : "refused";
    return await writeTogether(pool, mutations);
  } catch (error) {
    if (pool.dialect.isRefusal(error)) return "refused";
    throw error;
  }
}

async function writeTogether(pool: SqlPool, mutations: readonly Mutation[]): Promise<MutationOutcome> {
  let outcome: MutationOutcome = "done";
  await pool.transaction(async (run) => {
    for (const mutation of mutations) {
      if (await applies(pool, run, mutation)) continue;
      outcome = "refused";
      return "rollback";
    }
    return "commit";
  });
  return outcome;
}

async function applies({ dialect }: SqlPool, run: Run, mutation: Mutation): Promise<boolean> {
  const { written } = await run(mutationStatement(dialect, mutation));
  return written > 0 || mutation.condition.kind === "none";
}
