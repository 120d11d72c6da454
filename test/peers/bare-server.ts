import { rm } from "node:fs/promises";
import { type ScalarDbServer, startScalarDbServer } from "../../rehearsal/scalardb-server/scalardb-server.ts";
import { openTransactions } from "../../rehearsal/scalardb-server/transactions.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A ScalarDB Server whose database nobody needs: its gate counts transactions, not what they read or write. */
export interface BareServer {
  readonly address: { readonly host: string; readonly port: number };
  readonly server: ScalarDbServer;
  /** Begins a transaction, which is outstanding until the answer is called. */
  beginRequest(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Nothing listens on port 1, and a ScalarDB Server asks for nothing before a transaction does. */
export const NOWHERE = { endpoint: "http://127.0.0.1:1" };

export async function startBareServer(): Promise<BareServer> {
  const dir = await temporaryFolder();
  const server = await startScalarDbServer({ storage: NOWHERE, dir });
  const transactions = await openTransactions(server);
  return {
    address: { host: server.host, port: server.port },
    server,
    async beginRequest() {
      const transaction = await transactions.begin();
      return () => transaction.abort();
    },
    async close() {
      transactions.close();
      await server.process.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
