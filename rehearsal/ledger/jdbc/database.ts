import type { LedgerDatabase } from "../database.ts";
import type { Table } from "../table.ts";
import { type JdbcEndpoint, serversOf } from "./endpoint.ts";
import { createJdbcSchema } from "./schema.ts";
import { openPool, type SqlPool } from "./sql-pool.ts";
import { openJdbcStorage, type PoolOf } from "./storage.ts";

export function openJdbc(endpoint: JdbcEndpoint): LedgerDatabase {
  const { poolOf, close } = openPools(endpoint);
  return {
    async createSchema(tables) {
      const byPool = Map.groupBy<SqlPool, Table>(tables, poolOf);
      for (const [pool, own] of byPool) await createJdbcSchema(pool, own);
    },
    openStorage: (options) => openJdbcStorage(poolOf, options),
    close,
  };
}

/** Lets the work reach the tables, and no longer: a database cannot be renamed while somebody is connected to it. */
export async function withPools<T>(endpoint: JdbcEndpoint, work: (poolOf: PoolOf) => Promise<T>): Promise<T> {
  const { poolOf, close } = openPools(endpoint);
  try {
    return await work(poolOf);
  } finally {
    await close();
  }
}

function openPools(endpoint: JdbcEndpoint): { readonly poolOf: PoolOf; close(): Promise<void> } {
  const servers = serversOf(endpoint).map(({ server, holds }) => ({ pool: openPool(server), holds }));
  return {
    poolOf({ name }) {
      const [namespace = ""] = name.split(".");
      const place = servers.find(({ holds }) => holds(namespace));
      if (place === undefined) throw new Error(`no server keeps "${name}"`);
      return place.pool;
    },
    close: async () => {
      await Promise.all(servers.map(({ pool }) => pool.close()));
    },
  };
}
