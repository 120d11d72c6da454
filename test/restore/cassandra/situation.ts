import { expect } from "vitest";
import { cassandraHandlers } from "../../../shared/deployment/cassandra/handlers.ts";
import type { OpenDeployment } from "../../../shared/deployment/open-deployment.ts";
import { type Failure, StillpointError, toFailure } from "../../../shared/errors/stillpoint-error.ts";
import type { GateAnswer } from "../../../shared/pause/instance.ts";
import { type AbandonCassandraEffects, abandonCassandra } from "../../../shared/restore/cassandra/abandon.ts";
import type { ClusterNode } from "../../../shared/restore/cassandra/captured.ts";
import type { CassandraPlan, PlannedCluster } from "../../../shared/restore/cassandra/plan.ts";
import { type CassandraResult, restoreCassandra } from "../../../shared/restore/cassandra/restore.ts";
import type { RestoreEvent } from "../../../shared/restore/restore-plan.ts";
import type { Handlers } from "../../../shared/workflow/effect.ts";
import { Journal } from "../../../shared/workflow/journal.ts";
import { runInProcess } from "../../../shared/workflow/run-in-process.ts";
import { memoryStore } from "../../catalog/memory-store.ts";
import { endOf, Life, mortalHandlers, mortalStore } from "../../workflow/mortal.ts";
import { contentVerification } from "../cloud-verification.ts";
import { Clusters, type Weather } from "./clusters.ts";
import { BUCKET } from "./example-plan.ts";

/** A run of a plan with its journal, on clusters of its own, and the people who look after them. */
export class Situation {
  readonly plan: CassandraPlan;
  readonly clusters: Clusters;
  readonly store = memoryStore();
  readonly events: RestoreEvent[] = [];
  /** Whether somebody starts the nodes when told. */
  starting = true;
  said = "";
  left: readonly string[] = [];
  state: "planned" | "running" | "failed" | "abandoning" = "planned";
  #failure: Failure | undefined;
  #resumedAfter: Failure | undefined;

  constructor(plan: CassandraPlan, weather: Weather = {}) {
    this.plan = plan;
    this.clusters = new Clusters(plan, weather);
  }

  /** The true handlers, on models of Cassy, the nodes and the bucket. */
  handlersOf(life: Life, journal?: Journal): Handlers<AbandonCassandraEffects> {
    const { clusters } = this;
    const handlers = cassandraHandlers(this.#open(life), {
      report: (event) => {
        this.#hear(event);
      },
      verification: contentVerification({
        parts: clusters.parts,
        contentOf: (physical) => clusters.contentOf(this.#clusterOf(physical.split("/")[0] ?? "")),
        found: () => undefined,
      }),
      ...(journal && { journal }),
      markRun: async (state) => {
        this.state = state;
      },
    });
    return mortalHandlers<AbandonCassandraEffects>(life, handlers);
  }

  /** Who is told to start the nodes starts them. */
  #hear(event: RestoreEvent): void {
    this.events.push(event);
    if (event.kind !== "advice" || !this.starting) return;
    for (const address of this.clusters.nodes.keys())
      if (event.text.includes(`"${address}"`)) this.clusters.start(address);
  }

  #clusterOf(name: string): PlannedCluster {
    const found = this.plan.clusters.find(
      ({ database, original }) => database === name || original.cluster === name,
    );
    if (found === undefined) throw new Error(`no cluster ${name}`);
    return found;
  }

  #open(life: Life): OpenDeployment {
    const { clusters } = this;
    const cassandra = (database: string) => {
      const planned = this.#clusterOf(database);
      const look = async () => ({ uploads: [], missing: [...clusters.missing] });
      const tools = {
        cassy: clusters.cassyOf(planned, (moment) => life.pass(moment)),
        uploads: { name: BUCKET, look },
      };
      const settings = { cassy: {}, coordinatorNamespace: "coordinator" };
      return {
        kind: "cassandra",
        settings,
        tools: async () => tools,
        signs: (nodes: readonly ClusterNode[]) => clusters.signsOf(nodes),
        cluster: async () => clusters.clusterOf(planned),
      };
    };
    const checkPaused = async (instances: readonly GateAnswer["instance"][]) =>
      instances.map((instance) => ({ kind: clusters.instancesRun ? "open" : "no-listener", instance }));
    const open = {
      settings: { name: "payments", databases: [], pause: { rpcDeadlineMs: 1, scalarClockBoundMs: 1_000 } },
      catalog: {
        runs: {
          get: async () => ({
            record: { ...(this.#resumedAfter && { resumedAfter: this.#resumedAfter }) },
          }),
        },
      },
      discoverAll: async () => ({ instances: [], basis: "list" }),
      admin: { checkPaused },
      cassandra,
    };
    return open as unknown as OpenDeployment;
  }

  /** Nothing that was broken stays unseen, whatever the workflow made of it. */
  async run(life = new Life()): Promise<CassandraResult> {
    this.clusters.begin();
    if (this.state === "abandoning") throw new StillpointError("ABANDON_UNFINISHED", "it is being abandoned");
    this.#resumedAfter = this.state === "failed" ? this.#failure : undefined;
    this.state = "running";
    try {
      const journal = await Journal.open(mortalStore(life, this.store), this.plan.run);
      const result = await runInProcess<AbandonCassandraEffects, CassandraResult>(
        restoreCassandra(this.plan),
        {
          handlers: this.handlersOf(life, journal),
          journal,
          pass: async () => undefined,
        },
      );
      expect(this.clusters.broken).toEqual([]);
      return result;
    } catch (error) {
      if (!life.isOver) this.#fail(error);
      throw error;
    }
  }

  #fail(error: unknown): void {
    this.state = "failed";
    this.#failure = toFailure(error);
  }

  /** As `run`, with its end as a value. */
  end(life = new Life()): Promise<string> {
    return this.#ended(this.run(life), life, "done");
  }

  async abandon(life = new Life()): Promise<string> {
    this.clusters.begin();
    await Journal.fence(this.store, this.plan.run);
    const abandoned = runInProcess<AbandonCassandraEffects, { left: readonly string[] }>(
      abandonCassandra(this.plan),
      { handlers: this.handlersOf(life), pass: async () => undefined },
    ).then(({ left }) => {
      this.left = left;
    });
    return this.#ended(abandoned, life, "abandoned");
  }

  async #ended(work: Promise<unknown>, life: Life, whole: string): Promise<string> {
    const tell = (said: string) => {
      this.said = said;
    };
    const end = await endOf(work, { life, whole, tell });
    expect(this.clusters.broken).toEqual([]);
    return end;
  }

  /** What a person does at the nodes who was told that Cassy has failed on some. */
  emptyWhatFailed(): readonly string[] {
    const [told = ""] = /failed to restore .*?;/.exec(this.said) ?? [];
    const failed = [...this.clusters.nodes.keys()].filter((address) => told.includes(`"${address}"`));
    for (const address of failed) this.clusters.empty(address);
    return failed;
  }

  get stages(): readonly string[] {
    return this.events.flatMap((event) => (event.kind === "phase" ? [event.phase as string] : []));
  }

  get advice(): readonly string[] {
    return this.events.flatMap((event) => (event.kind === "advice" ? [event.text] : []));
  }
}

/** The run from beginning to end, with the moments at which it might have died. */
export async function undisturbed(plan: CassandraPlan) {
  const situation = new Situation(plan);
  const life = new Life();
  const result = await situation.run(life);
  return { result, situation, moments: life.moments };
}
