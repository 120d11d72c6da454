import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jdbcSection, writeConfiguration } from "./configuration.ts";
import { ruinJdbc } from "./ledger/jdbc/disaster.ts";
import type { JdbcEndpoint, SqlServerEndpoint } from "./ledger/jdbc/endpoint.ts";
import { jdbcTotals } from "./ledger/jdbc/totals.ts";
import { COORDINATOR_STATE } from "./ledger/ledger-tables.ts";
import { openLedger } from "./ledger/open-ledger.ts";
import type { RunningInstances } from "./ledger/start-instances.ts";
import { type LedgerProcesses, startLedgerProcesses } from "./ledger-processes.ts";
import { OPENING_BALANCE, RUINED_SHARE, type WorldOptions } from "./local-world.ts";
import { loadPlainDumps, type PlainDumps, takePlainDumps } from "./plain-dumps.ts";
import type { PlainCopies, RehearsalWorld } from "./rehearsal-world.ts";
import { startSqlServer } from "./servers/sql-server.ts";
import { MOST_TRIES } from "./torn-copy.ts";

type SqlEngine = SqlServerEndpoint["engine"];

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

/** What a database is called in the configuration, with the variable that holds its password. */
interface Named {
  readonly name: string;
  readonly variable: string;
  readonly server: SqlServerEndpoint;
}

const [COORDINATOR = ""] = COORDINATOR_STATE.name.split(".");
const PRODUCTS = { postgresql: "PostgreSQL", mysql: "MariaDB" } as const satisfies Record<SqlEngine, string>;

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
    databases: Object.fromEntries(
      databases.map(({ name, variable, server }) => [name, jdbcSection(server, variable)]),
    ),
    pause: options.pause,
  });
  return worldOf({ seed, folder, config, databases, endpoint, processes }, started.move());
}

async function startServers(
  { engine, coordinator }: JdbcWorldOptions,
  started: AsyncDisposableStack,
): Promise<readonly Named[]> {
  const start = async (name: string, of: SqlEngine): Promise<Named> => {
    const server = await startSqlServer(of);
    started.defer(() => server.close());
    return { name, variable: `STILLPOINT_${name.toUpperCase()}_PASSWORD`, server: server.endpoint };
  };
  const main = await start("main", engine);
  return coordinator === undefined ? [main] : [main, await start(COORDINATOR, coordinator)];
}

function endpointOf([main, coordinator]: readonly Named[]): JdbcEndpoint {
  if (main === undefined) throw new Error("a world has a database");
  const elsewhere = coordinator && { elsewhere: { [COORDINATOR]: coordinator.server } };
  return { kind: "jdbc", main: main.server, ...elsewhere };
}

interface Parts {
  readonly seed: string;
  readonly folder: string;
  readonly config: string;
  readonly databases: readonly Named[];
  readonly endpoint: JdbcEndpoint;
  readonly processes: LedgerProcesses;
}

function worldOf(parts: Parts, owned: AsyncDisposableStack): JdbcWorld {
  const { seed, folder, config, databases, endpoint, processes } = parts;
  return {
    folder,
    config,
    endpoint,
    environment: Object.fromEntries(databases.map(({ variable, server }) => [variable, server.password])),
    words: { service: "ledger", things: "assets", tables: "tables", restored: "database" },
    whereabouts: databases.map(({ server }) => whereaboutsOf(server)).join(" and "),
    // Real servers take the time that they take.
    scaled: [],
    get instances() {
      return processes.running;
    },
    now: () => Date.now(),
    startLoad: processes.startLoad,
    totals: () => jdbcTotals(endpoint),
    plainCopies: () => plainCopies(endpoint.main, folder),
    ruin: async () => {
      const { overwritten, deleted } = await ruinJdbc(endpoint, { seed, share: RUINED_SHARE });
      const done = `${overwritten} asset records overwritten, ${deleted} deleted, behind the ledger's back.`;
      return { done, showsInRows: true };
    },
    stopInstances: processes.stop,
    // The restored database has the name of the old one: nothing is to be changed.
    followUp: async () => [],
    restartInstances: () => processes.restart(endpoint),
    close: () => owned.disposeAsync(),
  };
}

function whereaboutsOf({ engine, host, port }: SqlServerEndpoint): string {
  return `${PRODUCTS[engine]} at ${host}:${port}`;
}

/** The dumps are taken at once, while clients are at work, and loaded when somebody wants to see them. */
async function plainCopies(server: SqlServerEndpoint, folder: string): Promise<PlainCopies> {
  const dumps: PlainDumps[] = [];
  for (let turn = 0; turn < MOST_TRIES; turn++) dumps.push(await takePlainDumps(server, folder, turn));
  return {
    of: "loop over the schemas",
    make: (turn) => loadPlainDumps(dumps[turn] as PlainDumps, turn),
  };
}
