import {
  type AdminServer,
  type AdminServerOptions,
  serveAdmin,
} from "../../rehearsal/ledger/admin-server.ts";
import { Gate, type GateSemantics } from "../../rehearsal/ledger/gate.ts";
import type { Instance } from "../../shared/pause/instance.ts";

/** A gate, its server, and the instance that a client knows it as. */
export interface EmbeddedGate {
  readonly gate: Gate;
  readonly instance: Instance;
  /** Opens an outstanding request; the answer ends it. */
  beginRequest(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export async function embeddedGate(
  semantics: GateSemantics = "scalardl-3.14",
  options: Partial<AdminServerOptions> = {},
): Promise<EmbeddedGate> {
  const gate = new Gate(semantics);
  const server: AdminServer = await serveAdmin(gate, { host: "127.0.0.1", port: 0, ...options });
  return {
    gate,
    instance: { component: "ledger", host: server.host, port: server.port },
    async beginRequest() {
      await gate.letIn();
      return async () => gate.letOut();
    },
    close: () => server.close(),
  };
}
