import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { writeConfiguration } from "./configuration.ts";
import {
  type JdbcDatabase,
  jdbcPart,
  jdbcSections,
  type SqlEngine,
  startDatabase,
} from "./jdbc-databases.ts";
import { ruinJdbc } from "./ledger/jdbc/disaster.ts";
import type { JdbcEndpoint } from "./ledger/jdbc/endpoint.ts";
import { RUINED_SHARE, type WorldOptions } from "./local-world.ts";
import { plainDumps } from "./plain-dumps.ts";
import type { RehearsalWorld } from "./rehearsal-world.ts";
import { missingTools } from "./scalardb-server/java.ts";
import { jdbcBankTotals } from "./scalardb-server/jdbc-bank-totals.ts";
import { startTransfers } from "./scalardb-server/transfer-load.ts";
import { type ScalarDbWorld, startScalarDbWorld } from "./scalardb-server/world.ts";

/** A world with real ScalarDB Servers on PostgreSQL or MariaDB. */
export interface ScalardbJdbcWorld extends RehearsalWorld {
  /** Configuration, catalog, dumps, and the logs of the servers. */
  readonly folder: string;
  readonly endpoint: JdbcEndpoint;
  readonly scalardb: ScalarDbWorld;
}

export interface ScalardbJdbcWorldOptions extends Omit<WorldOptions, "semantics"> {
  readonly engine: SqlEngine;
}

const RUINED = { table: "app.account", column: "balance", value: 0 } as const;

/** A bank on real ScalarDB Servers, which listen on every interface of the machine: they have no setting for it. */
export async function startScalardbJdbcWorld(options: ScalardbJdbcWorldOptions): Promise<ScalardbJdbcWorld> {
  const { engine, seed, assets: accounts = 24, instances: servers = 3, keep = false } = options;
  const missing = await missingTools(["scalardb-server", "schema-loader"]);
  if (missing !== undefined) throw new StillpointError("REHEARSAL_FAILED", missing);
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-rehearsal-"));
  if (!keep) started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const database = await startDatabase("main", engine, started);
  const storage = { kind: "jdbc", server: database.server } as const;
  const scalardb = started.use(
    await startScalarDbWorld({ storage, dir: folder, servers, accounts, settings: "bare" }),
  );
  const config = await writeConfiguration(folder, {
    product: "scalardb",
    component: "scalardb-server",
    ports: scalardb.servers().map(({ port }) => port),
    databases: jdbcSections([database]),
    pause: options.pause,
  });
  return worldOf({ seed, folder, config, database, scalardb }, started.move());
}

type Parts = Pick<ScalardbJdbcWorld, "folder" | "config" | "scalardb"> & {
  readonly seed: string;
  readonly database: JdbcDatabase;
};

function worldOf(
  { seed, folder, config, database, scalardb }: Parts,
  owned: AsyncDisposableStack,
): ScalardbJdbcWorld {
  const endpoint: JdbcEndpoint = { kind: "jdbc", main: database.server };
  let loads = 0;
  return {
    ...jdbcPart([database]),
    folder,
    config,
    endpoint,
    scalardb,
    words: { service: "bank", things: "accounts", tables: "tables", restored: "database" },
    startLoad: (clients, transfersPerSecond) =>
      startTransfers({
        bank: scalardb.bank,
        servers: scalardb.transactions(),
        clients,
        seed: `${seed} load ${loads++}`,
        ...(transfersPerSecond !== undefined && { restMs: (1000 * clients) / transfersPerSecond }),
      }),
    totals: () => jdbcBankTotals(endpoint),
    plainCopies: () =>
      plainDumps(endpoint.main, folder, { totals: jdbcBankTotals, contradictions: async () => [] }),
    ruin: async () => {
      const struck = { seed, share: RUINED_SHARE, target: RUINED };
      const { overwritten, deleted } = await ruinJdbc(endpoint, struck);
      const done = `${overwritten} accounts set to 0, ${deleted} deleted, behind ScalarDB's back.`;
      return { done, showsInRows: false };
    },
    stopInstances: () => scalardb.stopServers(),
    restartInstances: () => scalardb.startServers(),
    close: () => owned.disposeAsync(),
  };
}
