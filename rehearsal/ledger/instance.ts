import { serveAdmin } from "./admin-server.ts";
import { serveClients } from "./client-interface.ts";
import { Gate } from "./gate.ts";
import { ENDPOINT_VARIABLE, InstanceOptions, type InstanceReady } from "./instance-options.ts";
import type { Ledger } from "./ledger.ts";
import { ledgerIdentity } from "./open-ledger.ts";
import { openDatabase } from "./open-storage.ts";

/**
 * One instance of the embedded ledger, a process of its own: `node instance.ts '{...}'`. Says on one line where it
 * serves; ends on SIGTERM, and when its parent is gone: the pipe on its standard input closes.
 */
async function main(): Promise<void> {
  const options = given();
  const gate = new Gate(options.semantics);
  const [admin, clients] = await Promise.all([
    serveAdmin(gate, {
      host: options.host,
      port: options.adminPort,
      ...(options.tls && { tls: options.tls }),
    }),
    ledgerOf(options).then((ledger) => serveClients(ledger, gate, options)),
  ]);

  const stop = () => {
    clients.server.close();
    void admin
      .close()
      .then(() => drained(gate))
      .then(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  // Ctrl-C in a terminal goes to everybody in it. Whoever started this instance decides what follows from it: it may
  // have a pause to undo first, and needs the instance for that.
  process.on("SIGINT", () => {});
  process.stdin.once("close", () => process.exit(1)).resume();

  const ready: InstanceReady = { adminPort: admin.port, clientPort: clients.port };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

function given(): InstanceOptions {
  // biome-ignore lint/style/noProcessEnv: this is a program, and a secret has no place among its arguments
  const endpoint = process.env[ENDPOINT_VARIABLE] ?? "null";
  return InstanceOptions.parse({
    ...JSON.parse(process.argv[2] ?? "{}"),
    endpoint: JSON.parse(endpoint),
  });
}

async function ledgerOf(options: InstanceOptions): Promise<Ledger> {
  const database = await openDatabase(options.endpoint);
  const storage = database.openStorage(options);
  const recovery = {
    now: Date.now,
    expiryMs: options.recoveryExpiryMs,
    logsWriteSets: options.logsWriteSets,
  };
  return { storage, recovery, identity: ledgerIdentity(options.seed) };
}

const DRAIN_POLL_MS = 10;
const DRAIN_LIMIT_MS = 5_000;

/** What is inside the gate may end; what is held at it is dropped with the process. */
async function drained(gate: Gate): Promise<void> {
  for (let waitedMs = 0; gate.outstanding > 0 && waitedMs < DRAIN_LIMIT_MS; waitedMs += DRAIN_POLL_MS) {
    await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
  }
}

await main();
