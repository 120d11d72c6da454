import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { Admin } from "../../shared/gen/scalar_admin_pb.ts";
import { addressOf } from "../../shared/pause/instance.ts";
import type { Faults } from "./faults.ts";
import type { Life } from "./life.ts";

/** A process that serves the admin interface. The real Cassy finds them by an SRV record, each time anew. */
export interface Application {
  readonly host: string;
  readonly port: number;
}

/** Pauses and unpauses all applications at once, each over a connection of its own, and waits as long as it takes. */
export class Pauser {
  readonly #applications: readonly Application[];
  readonly #faults: Faults;
  readonly #life: Life;
  readonly #connections = new Set<Http2SessionManager>();

  constructor(applications: readonly Application[], faults: Faults, life: Life) {
    this.#applications = applications;
    this.#faults = faults;
    this.#life = life;
  }

  pause(): Promise<void> {
    // No limit: the drain waits as long as the application has it by default.
    return this.#run(this.#faults.pausesFail, (admin) => admin.pause({ waitOutstanding: true }));
  }

  unpause(): Promise<void> {
    return this.#run(this.#faults.unpausesFail, (admin) => admin.unpause({}));
  }

  /** Drops all connections, which no application notices. */
  cut(): void {
    for (const connection of this.#connections) connection.abort();
  }

  async #run(unreachable: ReadonlySet<string>, command: (admin: Client<typeof Admin>) => Promise<unknown>) {
    if (this.#applications.length === 0)
      throw new Error("Please configure srv_service_url to pause a cluster. ");
    const answers = this.#applications.map((application) => {
      const address = addressOf(application);
      const answer = unreachable.has(address)
        ? Promise.reject(new Error("UNAVAILABLE: io exception"))
        : this.#ask(`http://${address}`, command);
      // Looked at in turn: that one may be rejected before its turn is no defect.
      answer.catch(() => {});
      return answer;
    });
    for (const answer of answers)
      await this.#life.wait(answer).catch((error: Error) => {
        const exception = "com.scalar.cassy.exception.PauseException";
        const within = `${exception}: ${exception}: io.grpc.StatusRuntimeException: ${error.message}`;
        throw new Error(`java.util.concurrent.ExecutionException: ${within}`);
      });
  }

  async #ask(baseUrl: string, command: (admin: Client<typeof Admin>) => Promise<unknown>): Promise<void> {
    const sessionManager = new Http2SessionManager(baseUrl);
    this.#connections.add(sessionManager);
    try {
      await command(createClient(Admin, createGrpcTransport({ baseUrl, sessionManager })));
    } finally {
      sessionManager.abort();
      this.#connections.delete(sessionManager);
    }
  }
}
