import { withPools } from "../../../../rehearsal/ledger/jdbc/database.ts";
import type { JdbcEndpoint, SqlServerEndpoint } from "../../../../rehearsal/ledger/jdbc/endpoint.ts";
import { tableName } from "../../../../rehearsal/ledger/jdbc/statement.ts";
import { openLedger } from "../../../../rehearsal/ledger/open-ledger.ts";
import { startSqlServer } from "../../../../rehearsal/servers/sql-server.ts";

type SqlEngine = SqlServerEndpoint["engine"];
export const SEED = "test";
export const BALANCE = 1_000;

/** Servers with nothing on them, one for each engine that is named. */
export async function startServers(...engines: readonly SqlEngine[]) {
  await using started = new AsyncDisposableStack();
  const servers: SqlServerEndpoint[] = [];
  for (const engine of engines) {
    const server = await startSqlServer(engine);
    started.defer(() => server.close());
    servers.push(server.endpoint);
  }
  const owned = started.move();
  return { servers, close: () => owned.disposeAsync() };
}

export function opened(endpoint: JdbcEndpoint, assets = 20): Promise<readonly string[]> {
  return openLedger({ endpoint, prefix: "", seed: SEED, assets, balance: BALANCE });
}

export function rowsIn(endpoint: JdbcEndpoint, name: string) {
  return withPools(endpoint, async (poolOf) => {
    const { dialect, run } = poolOf({ name });
    return (await run({ text: `SELECT * FROM ${tableName(dialect, { name })}`, values: [] })).rows;
  });
}
