import type { Cassy, RestoreEntry } from "../../../shared/databases/cassandra/cassy.ts";
import type { Cluster, ClusterState } from "../../../shared/databases/cassandra/cluster.ts";
import type { NodeSign } from "../../../shared/databases/cassandra/node-sign.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import type { ClusterNode } from "../../../shared/restore/cassandra/captured.ts";
import type { IndexFinds, LookedAtIndex } from "../../../shared/restore/cassandra/index-look.ts";
import type { CassandraPlan, PlannedCluster } from "../../../shared/restore/cassandra/plan.ts";
import { scoped } from "../cloud-verification.ts";

/** Far more than any restore here takes. */
const MOST_TICKS = 500;

/** What is in the directories of a node. */
export type Directory = "today" | "empty" | "a part" | "snapshot";

export interface Node {
  holds: Directory;
  running: boolean;
  /** What people have moved aside, which nobody may lose. */
  aside: readonly Directory[];
}

/** What goes wrong. */
export interface Weather {
  /** Nodes on which Cassy fails, each so many times. */
  readonly failing?: Readonly<Record<string, number>>;
  /** Nodes of which Cassy says STARTED for ever. */
  readonly hanging?: readonly string[];
  /** How often Cassy's answer to a restore gets lost, though it does what it was asked. */
  readonly lostAnswers?: number;
  /** How often it says no before it has begun. */
  readonly refusals?: number;
  /** Ticks in which it cannot be asked. */
  readonly silent?: (tick: number) => boolean;
}

/** Nodes, Cassy and the bucket of a plan in virtual time. Breaking a law is an error that no test can miss. */
export class Clusters {
  readonly nodes = new Map<string, Node>();
  readonly entries: (RestoreEntry & { readonly clusterId: string; endsAt: number })[] = [];
  readonly broken: string[] = [];
  readonly missing = new Set<string>();
  readonly parts = new Set<string>();
  /** Nodes of every call, in order. */
  readonly calls: string[][] = [];
  /** What an index finds, by its name, where it is not what is there. */
  readonly indexes = new Map<string, (tick: number) => IndexFinds | undefined>();
  instancesRun = false;
  torn = false;
  tick = 0;
  readonly weather: Weather;
  readonly #failures: Map<string, number>;
  #lastTick = MOST_TICKS;
  #lostAnswers: number;
  #refusals: number;

  constructor(plan: CassandraPlan, weather: Weather = {}) {
    this.weather = weather;
    this.#failures = new Map(Object.entries(weather.failing ?? {}));
    this.#lostAnswers = weather.lostAnswers ?? 0;
    this.#refusals = weather.refusals ?? 0;
    for (const { original } of plan.clusters)
      for (const { address } of original.nodes)
        this.nodes.set(address, { holds: "empty", running: false, aside: ["today"] });
  }

  /** A process begins that waits for nothing longer than so many ticks. */
  begin(): void {
    this.#lastTick = this.tick + MOST_TICKS;
  }

  pass(): void {
    if (this.tick++ > this.#lastTick)
      throw new StillpointError("TIMED_OUT", "what is waited for never comes");
    for (const entry of this.entries) if (entry.endsAt <= this.tick) this.#end(entry);
  }

  #end(entry: (typeof this.entries)[number]): void {
    if (entry.status !== "started") return;
    const node = this.node(entry.node);
    const left = this.#failures.get(entry.node) ?? 0;
    this.#failures.set(entry.node, left - 1);
    Object.assign(entry, { status: left > 0 ? "failed" : "completed" });
    node.holds = left > 0 ? "a part" : "snapshot";
  }

  node(address: string): Node {
    const node = this.nodes.get(address);
    if (node === undefined) throw this.break(`"${address}" is no node of the plan`);
    return node;
  }

  /** What a person does who was told to: moved aside, never deleted; what Cassy put there is no loss. */
  empty(address: string): void {
    const node = this.node(address);
    if (node.holds === "today") node.aside = [...node.aside, "today"];
    node.holds = "empty";
  }

  /** One that is started on an empty directory is another node from then on. */
  start(address: string): void {
    this.node(address).running = true;
  }

  /** Asks and answers of Cassy, with the moments at which whoever asks may die. */
  cassyOf({ original }: PlannedCluster, moment: (name: string) => void): Cassy {
    const { clusterId } = original.snapshot;
    const heard = () => {
      if (this.weather.silent?.(this.tick))
        throw new StillpointError("DATABASE_UNREACHABLE", "Cassy does not answer");
    };
    return {
      address: "cassy.example:20051",
      clusters: async () => {
        heard();
        const nodes = original.nodes.map(({ address }) => address);
        return [{ clusterId, clusterName: "c", nodes, keyspaces: [], dataDir: "/data", createdMs: 1 }];
      },
      backups: async () => [],
      restores: async ({ snapshotId }) => {
        this.pass();
        heard();
        return this.entries
          .filter(
            (entry) => entry.clusterId === clusterId && entry.snapshotId === (snapshotId ?? entry.snapshotId),
          )
          .map(({ endsAt: _, clusterId: __, ...entry }) => entry)
          .reverse();
      },
      restore: async ({ snapshotId, nodes }) => {
        moment("inside restore-nodes, before Cassy hears of it");
        heard();
        if (this.#refusals-- > 0) throw new StillpointError("DATABASE_REFUSED", "INTERNAL without a word");
        this.#restore({ clusterId, snapshotId, nodes, all: original.nodes.map(({ address }) => address) });
        moment("inside restore-nodes, before the answer");
        if (this.#lostAnswers-- > 0)
          throw new StillpointError("DATABASE_UNREACHABLE", "the connection was lost");
      },
      register: unasked,
      takeBackup: unasked,
      close: () => undefined,
    };
  }

  #restore({
    clusterId,
    snapshotId,
    nodes,
    all,
  }: Readonly<Record<"clusterId" | "snapshotId", string>> & {
    readonly nodes: readonly string[];
    readonly all: readonly string[];
  }): void {
    this.calls.push([...nodes]);
    if (this.instancesRun) this.break("Cassy was asked while instances run");
    if (this.missing.size > 0) this.break("Cassy was asked though files are missing in the bucket");
    for (const address of all)
      if (this.node(address).running) this.break(`Cassy was asked while "${address}" runs`);
    for (const address of nodes) {
      if (this.node(address).holds !== "empty")
        this.break(`Cassy was asked for "${address}", which holds ${this.node(address).holds}`);
      if (this.entries.some(({ node, status }) => node === address && status === "started"))
        this.break(`Cassy was asked for "${address}" while it restores it`);
      this.node(address).holds = "a part";
      const hangs = this.weather.hanging?.includes(address);
      // Its clock has stepped back meanwhile, as far as it likes.
      const createdMs = 1_000_000 - this.calls.length * 1_000;
      const endsAt = hangs ? Number.POSITIVE_INFINITY : this.tick + 2 + (address.charCodeAt(7) % 3);
      this.entries.push({
        clusterId,
        node: address,
        snapshotId,
        createdMs,
        updatedMs: createdMs,
        status: "started",
        endsAt,
      });
    }
  }

  signsOf = async (nodes: readonly Pick<ClusterNode, "address">[]): Promise<readonly NodeSign[]> => {
    this.pass();
    return nodes.map(({ address }) =>
      this.node(address).running
        ? { address, sign: "answers", why: "port 9042 accepts" }
        : { address, sign: "stopped", why: "nothing listens" },
    );
  };

  clusterOf({ original }: PlannedCluster): Cluster {
    return {
      describe: async () => this.#describe(original),
      schemas: async () => {
        const { schema } = scoped("asset", `${original.cluster}/asset`, "copy");
        return [schema];
      },
      indexes: async () => this.#indexes(original),
      probeClock: unasked,
      scan: () => {
        throw new Error("rows are read by the verification's own handlers here");
      },
      close: () => undefined,
    };
  }

  #describe({ nodes, ...original }: PlannedCluster["original"]): ClusterState {
    const { cluster, version, partitioner, keyspaces } = original;
    const running = nodes.filter(({ address }) => this.node(address).running);
    if (running.length === 0) throw new StillpointError("DATABASE_UNREACHABLE", "no node answers");
    const named = running.map((node) =>
      this.node(node.address).holds === "empty" ? { ...node, hostId: "a new one" } : node,
    );
    return { cluster, version, partitioner, keyspaces, nodes: named };
  }

  #indexes({ unsavedIndexes = [] }: PlannedCluster["original"]): readonly LookedAtIndex[] {
    this.pass();
    return unsavedIndexes.map((index) => ({
      ...index,
      finds: this.indexes.get(index.name)?.(this.tick) ?? { kind: "rows", rows: 16 },
    }));
  }

  contentOf({ original }: PlannedCluster): string {
    const held = original.nodes.map(({ address }) => this.node(address).holds);
    return this.torn || held.some((each) => each !== "snapshot") ? "torn" : "as in the snapshot";
  }

  snapshot(): unknown {
    return [...this.nodes].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  break(what: string): Error {
    this.broken.push(what);
    return new Error(`LAW BROKEN: ${what}`);
  }
}

async function unasked(): Promise<never> {
  throw new Error("a restore does not ask for that");
}
