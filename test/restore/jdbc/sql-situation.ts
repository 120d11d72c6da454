import { Readable } from "node:stream";
import { expect } from "vitest";
import { jdbcHandlers } from "../../../shared/deployment/jdbc/handlers.ts";
import type { OpenDeployment } from "../../../shared/deployment/open-deployment.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import type { GateAnswer } from "../../../shared/pause/instance.ts";
import { type AbandonJdbcEffects, abandonJdbc } from "../../../shared/restore/jdbc/abandon.ts";
import type { JdbcEvent } from "../../../shared/restore/jdbc/effects.ts";
import type { JdbcPlan } from "../../../shared/restore/jdbc/plan.ts";
import { type JdbcResult, restoreJdbc } from "../../../shared/restore/jdbc/restore.ts";
import type { RestoreEvent } from "../../../shared/restore/restore-plan.ts";
import type { Handlers } from "../../../shared/workflow/effect.ts";
import { Journal } from "../../../shared/workflow/journal.ts";
import { runInProcess } from "../../../shared/workflow/run-in-process.ts";
import { memoryStore } from "../../catalog/memory-store.ts";
import { endOf, Life, mortalHandlers, mortalStore } from "../../workflow/mortal.ts";
import { contentVerification } from "../cloud-verification.ts";
import { SqlServers, serverOf } from "./sql-servers.ts";

/** What the world does beside the restore. */
export interface Circumstances {
  /** Databases whose dump holds a torn transaction. */
  readonly torn?: readonly string[];
  /** Databases whose stored dump is not what was stored. */
  readonly damaged?: readonly string[];
  /** Effects during which instances answer, counted by their questions. */
  readonly running?: (question: number) => boolean;
}

/** A run of a plan with its journal, on servers of its own. */
export class SqlSituation {
  readonly plan: JdbcPlan;
  readonly servers: SqlServers;
  readonly store = memoryStore();
  readonly events: RestoreEvent[] = [];
  /** What the last run or abandoning said when it failed. */
  said = "";
  state: "running" | "failed" | "abandoning" = "running";
  #questions = 0;
  readonly #circumstances: Circumstances;

  constructor(plan: JdbcPlan, circumstances: Circumstances = {}) {
    this.plan = plan;
    this.servers = new SqlServers(plan);
    this.#circumstances = circumstances;
  }

  /** The true handlers, on models of the servers and the stores. */
  handlersOf(life: Life, journal?: Journal): Handlers<AbandonJdbcEffects> {
    const { torn = [], damaged = [] } = this.#circumstances;
    const open = this.#open(life, torn);
    const { law, parts } = this.servers;
    const handlers = jdbcHandlers(open, {
      report: (event) => {
        this.events.push(event);
      },
      verification: contentVerification({
        parts,
        contentOf: (physical) => this.#contentOf(physical),
        found: (physical, content) => this.#found(physical, content),
      }),
      ...(journal && { journal }),
      markRun: async (state) => {
        this.state = state;
        law.abandoning = state === "abandoning";
      },
    });
    return mortalHandlers<AbandonJdbcEffects>(life, {
      ...handlers,
      "check-dump": async ({ dump: { database } }) => {
        if (damaged.includes(database)) throw new StillpointError("DUMP_DAMAGED", "it has another checksum");
        return null;
      },
      load: async ({ dump, run }) => {
        const { original: captured, targets, database } = dump;
        const server = await open.jdbc(database).server();
        await server.load({ captured, targets, run, open: async () => Readable.from([]), scratchDir: "" });
        return null;
      },
    });
  }

  #open(life: Life, torn: readonly string[]): OpenDeployment {
    const jdbc = (database: string) => {
      const dump = this.plan.dumps.find((each) => each.database === database);
      if (dump === undefined) throw new Error(`no database ${database}`);
      const pass = (moment: string) => life.pass(moment);
      const server = serverOf(this.servers, dump, { pass, torn: torn.includes(database) });
      const settings = { ...dump.server, metadataNamespace: "scalardb", coordinatorNamespace: "coordinator" };
      const store = {
        name: 'bucket "dumps"',
        head: async (key: string) => {
          const bytes = this.servers.stored.get(key);
          return bytes === undefined ? undefined : { bytes };
        },
      };
      return { kind: "jdbc", settings, server: async () => server, store: async () => store };
    };
    const checkPaused = async (instances: readonly GateAnswer["instance"][]): Promise<GateAnswer[]> => {
      const isRunning = this.#circumstances.running?.(this.#questions++) ?? false;
      return instances.map(
        (instance) => ({ kind: isRunning ? "open" : "no-listener", instance }) as GateAnswer,
      );
    };
    const open = {
      settings: { name: "payments", databases: [], pause: { rpcDeadlineMs: 1, scalarClockBoundMs: 1_000 } },
      discoverAll: async () => ({ instances: [], basis: "list" }),
      admin: { checkPaused },
      jdbc,
    };
    return open as unknown as OpenDeployment;
  }

  #contentOf(physical: string): string {
    return this.#holdingOf(physical)?.[2].content ?? "";
  }

  #found(physical: string, content: string): void {
    const [database, name, holding] = this.#holdingOf(physical) ?? [];
    if (holding?.content === content) this.servers.law.verified.set(`${database}/${name}`, content);
  }

  /** `database/schema.table` on PostgreSQL, `schema.table` on MySQL. */
  #holdingOf(physical: string) {
    const name = physical.includes("/") ? physical.slice(0, physical.indexOf("/")) : physical.split(".")[0];
    const found = [...this.servers.held].flatMap(([database, names]) => {
      const holding = names.get(name ?? "");
      return holding === undefined ? [] : [[database, name ?? "", holding] as const];
    });
    return found[0];
  }

  /** Nothing that was broken stays unseen, whatever the workflow made of it. */
  async run(life = new Life()): Promise<JdbcResult> {
    if (this.state === "abandoning") throw new StillpointError("ABANDON_UNFINISHED", "it is being abandoned");
    const journal = await Journal.open(mortalStore(life, this.store), this.plan.run);
    const result = await runInProcess<AbandonJdbcEffects, JdbcResult>(restoreJdbc(this.plan), {
      handlers: this.handlersOf(life, journal),
      journal,
      pass: async () => undefined,
    });
    expect(this.servers.law.broken).toEqual([]);
    return result;
  }

  /** As `run`, with its end as a value. */
  end(life = new Life()): Promise<string> {
    return this.#ended(this.run(life), life, "done");
  }

  async abandon(life = new Life()): Promise<string> {
    await Journal.fence(this.store, this.plan.run);
    const abandoned = runInProcess<AbandonJdbcEffects, object>(abandonJdbc(this.plan), {
      handlers: this.handlersOf(life),
      pass: async () => undefined,
    });
    return this.#ended(abandoned, life, "abandoned");
  }

  async #ended(work: Promise<unknown>, life: Life, whole: string): Promise<string> {
    const tell = (said: string) => {
      this.said = said;
    };
    const end = await endOf(work, { life, whole, tell });
    expect(this.servers.law.broken).toEqual([]);
    return end;
  }

  get stages(): readonly string[] {
    return this.events.flatMap((event) =>
      event.kind === "phase" ? [(event as JdbcEvent & { kind: "phase" }).phase] : [],
    );
  }
}

/** The run from beginning to end, with the moments at which it might have died. */
export async function undisturbed(plan: JdbcPlan) {
  const situation = new SqlSituation(plan);
  const life = new Life();
  const result = await situation.run(life);
  return { result, situation, moments: life.moments };
}
