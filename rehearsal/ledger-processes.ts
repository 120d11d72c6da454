import { type Habits, type Load, startLoad } from "./ledger/clients.ts";
import type { GateSemantics } from "./ledger/gate.ts";
import type { LedgerEndpoint } from "./ledger/open-storage.ts";
import { type RunningInstances, startInstances } from "./ledger/start-instances.ts";

/** The embedded ledger's instances, with the clients that work on them. */
export interface LedgerProcesses {
  readonly running: RunningInstances;
  /** Of the admin interface, the same for as long as the world is there. */
  readonly ports: readonly number[];
  startLoad(clients: number, transfersPerSecond?: number, habits?: Habits): Load;
  stop(): Promise<void>;
  /** Fresh ones on the same ports. */
  restart(endpoint: LedgerEndpoint): Promise<void>;
  kill(): Promise<void>;
}

export interface LedgerProcessesOptions {
  readonly count: number;
  readonly endpoint: LedgerEndpoint;
  readonly prefix: string;
  readonly seed: string;
  readonly semantics: GateSemantics;
  readonly assets: readonly string[];
  readonly logsWriteSets?: boolean;
}

/** Enough for the dead transactions of a killed instance to be rolled back while one watches. */
const RECOVERY_EXPIRY_MS = 2_000;

export async function startLedgerProcesses(options: LedgerProcessesOptions): Promise<LedgerProcesses> {
  const { count, prefix, seed, semantics, assets, logsWriteSets } = options;
  const own = { prefix, seed, semantics, logsWriteSets, recoveryExpiryMs: RECOVERY_EXPIRY_MS };
  const start = (endpoint: LedgerEndpoint, ports: readonly number[] = []) =>
    startInstances(count, { endpoint, ...own }, ports);
  let running = await start(options.endpoint);
  const ports = running.instances.map(({ adminPort }) => adminPort);
  let loads = 0;
  return {
    get running() {
      return running;
    },
    ports,
    startLoad: (clients, transfersPerSecond, habits) =>
      startLoad({
        instances: running.instances.map(({ clientUrl }) => clientUrl),
        assets,
        clients,
        // A nonce is a transaction's id: the same again would be answered from the first load's outcome.
        seed: `${seed} load ${loads++}`,
        ...(transfersPerSecond !== undefined && { transfersPerSecond }),
        ...(habits && { habits }),
      }),
    stop: () => running.stop(),
    restart: async (endpoint) => {
      running = await start(endpoint, ports);
    },
    kill: () => running.kill("SIGKILL"),
  };
}
