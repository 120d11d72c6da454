import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
import { disagreements } from "./ledger/jdbc/mirror.ts";
import { jdbcTotals } from "./ledger/jdbc/totals.ts";
import { COORDINATOR_STATE } from "./ledger/ledger-tables.ts";
import { halvesOf } from "./ledger/mirror.ts";
import { openLedger } from "./ledger/open-ledger.ts";
import type { RunningInstances } from "./ledger/start-instances.ts";
import { type LedgerProcesses, startLedgerProcesses } from "./ledger-processes.ts";
import { OPENING_BALANCE, RUINED_SHARE, type WorldOptions } from "./local-world.ts";
import { plainDumps } from "./plain-dumps.ts";
import type { RehearsalWorld } from "./rehearsal-world.ts";

/** A world with the embedded ledger on PostgreSQL or MariaDB. */
export interface JdbcWorld extends RehearsalWorld {
  readonly folder: string;
  readonly endpoint: JdbcEndpoint;
  readonly instances: RunningInstances;
}

export interface JdbcWorldOptions extends WorldOptions {
  readonly engine: SqlEngine;
  /** Where the coordinator's table is on a server of its own: no transaction sees all tables then. */
  readonly coordinator?: SqlEngine;
}

const [COORDINATOR = ""] = COORDINATOR_STATE.name.split(".");

export async function startJdbcWorld(options: JdbcWorldOptions): Promise<JdbcWorld> {
  const { seed, assets: count = 24, instances = 3, semantics = "scalardl-3.14", keep = false } = options;
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-rehearsal-"));
  if (!keep) started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const databases = await startServers(options, started);
  const endpoint = endpointOf(databases);
  const place = { endpoint, prefix: "", seed };
  const assets = await openLedger({ ...place, assets: count, balance: OPENING_BALANCE });
  const processes = await startLedgerProcesses({ ...place, count: instances, semantics, assets });
  started.defer(() => processes.kill());
  const config = await writeConfiguration(folder, {
    product: "scalardl",
    component: "ledger",
    ports: processes.ports,
    databases: jdbcSections(databases),
    pause: options.pause,
  });
  return worldOf({ seed, folder, config, databases, endpoint, processes }, started.move());
}

async function startServers(
  { engine, coordinator }: JdbcWorldOptions,
  started: AsyncDisposableStack,
): Promise<readonly JdbcDatabase[]> {
  const main = await startDatabase("main", engine, started);
  if (coordinator === undefined) return [main];
  return [main, await startDatabase(COORDINATOR, coordinator, started)];
}

function endpointOf([main, coordinator]: readonly JdbcDatabase[]): JdbcEndpoint {
  if (main === undefined) throw new Error("a world has a database");
  const elsewhere = coordinator && { elsewhere: { [COORDINATOR]: coordinator.server } };
  return { kind: "jdbc", main: main.server, ...elsewhere };
}

interface Parts {
  readonly seed: string;
  readonly folder: string;
  readonly config: string;
  readonly databases: readonly JdbcDatabase[];
  readonly endpoint: JdbcEndpoint;
  readonly processes: LedgerProcesses;
}

function worldOf(parts: Parts, owned: AsyncDisposableStack): JdbcWorld {
  const { seed, folder, config, databases, endpoint, processes } = parts;
  return {
    ...jdbcPart(databases),
    folder,
    config,
    endpoint,
    words: { service: "ledger", things: "assets", tables: "tables", restored: "database" },
    get instances() {
      return processes.running;
    },
    startLoad: processes.startLoad,
    totals: () => jdbcTotals(endpoint),
    plainCopies: () =>
      plainDumps(endpoint.main, folder, {
        totals: jdbcTotals,
        contradictions: async (...copy) => halvesOf(await disagreements(...copy)),
      }),
    ruin: async () => {
      const { overwritten, deleted } = await ruinJdbc(endpoint, { seed, share: RUINED_SHARE });
      const done = `${overwritten} asset records overwritten, ${deleted} deleted, behind the ledger's back.`;
      return { done, showsInRows: true };
    },
    stopInstances: processes.stop,
    restartInstances: () => processes.restart(endpoint),
    close: () => owned.disposeAsync(),
  };
}
