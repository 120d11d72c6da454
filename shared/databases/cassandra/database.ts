import type { Capture } from "../../backup/effects.ts";
import type { Followed } from "../../backup/followed.ts";
import type { CassandraDatabaseSettings, CassySettings } from "../../config/config.ts";
import type { Environment } from "../../config/tls-material.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ClockSample } from "../../pause/clock-bound.ts";
import type { CapturedCassandra, ClusterNode } from "../../restore/cassandra/captured.ts";
import type { Probe } from "../clock-probe.ts";
import { once } from "../once.ts";
import { captureCluster, identifyCluster } from "./capture.ts";
import type { CassyTools } from "./cassy-tools.ts";
import type { Cluster } from "./cluster.ts";
import { follow } from "./follow.ts";
import { type NodeSign, nodeSigns } from "./node-sign.ts";
import { type CassyAnswer, type Registered, type SnapshotWish, takeSnapshot } from "./snapshot-call.ts";

/** A Cassandra cluster of a deployment. */
export interface CassandraDatabase {
  readonly kind: "cassandra";
  readonly settings: CassandraDatabaseSettings;
  cluster(): Promise<Cluster>;
  /** `NOT_PROTECTED` where the configuration names no Cassy. */
  tools(): Promise<CassyTools>;
  /** Registers the cluster with Cassy anew, and holds what Cassy then knows against the cluster itself. */
  capture(): Promise<Capture & { readonly captured: CapturedCassandra }>;
  identify(): Promise<Omit<Capture, "captured">>;
  /** Of what was captured last. */
  takeSnapshot(wish: SnapshotWish): Promise<CassyAnswer>;
  probeClock(now: () => number, probe: Probe): Promise<readonly ClockSample[]>;
  /** Whether Cassandra runs on these nodes: by all of their ports, or by that of CQL alone. */
  signs(nodes: readonly ClusterNode[], by: "all-ports" | "cql"): Promise<readonly NodeSign[]>;
  /** What became of the uploads of a snapshot. */
  follow(captured: unknown, passedMs: number, leftMs?: () => number): Promise<Followed>;
  close(): void;
}

export function openCassandra(settings: CassandraDatabaseSettings, env: Environment): CassandraDatabase {
  const { name, cassy } = settings;
  // Neither a driver nor an SDK is loaded, and no secret read, by who only asks for the catalog.
  const cluster = once(async () => (await import("./open-cluster.ts")).openCluster(settings, env));
  const tools = once(async () => {
    if (cassy === undefined)
      throw new StillpointError(
        "NOT_PROTECTED",
        `database "${name}" has no Cassy in the configuration that would take or restore its snapshots; take backups with: stillpoint backup --run COMMAND`,
      );
    return openTools(cassy);
  });
  let last: Registered | undefined;
  return {
    kind: "cassandra",
    settings,
    cluster: cluster.get,
    tools: tools.get,
    capture: async () => {
      const { capture, registration } = await captureCluster(
        settings,
        await cluster.get(),
        await tools.get(),
      );
      last = { captured: capture.captured, registration };
      return capture;
    },
    identify: async () => identifyCluster(settings, await cluster.get()),
    takeSnapshot: async (wish) => {
      if (last === undefined)
        throw new StillpointError(
          "INTERNAL",
          `database "${name}" is asked for a snapshot before it was captured`,
        );
      return takeSnapshot(await tools.get(), last, wish);
    },
    probeClock: async (now, probe) => (await cluster.get()).probeClock(now, probe),
    signs: (nodes, by) => nodeSigns(nodes, { cqlPort: settings.port, ...(by === "cql" && { ports: [] }) }),
    follow: async (captured, passedMs, leftMs) => follow(await tools.get(), captured, { passedMs, leftMs }),
    close: () => {
      cluster.ifOpened((each) => each.close());
      tools.ifOpened((each) => {
        each.cassy.close();
        each.uploads.close();
      });
    },
  };
}

async function openTools(settings: CassySettings): Promise<CassyTools> {
  const [{ openCassy }, { openUploads }] = await Promise.all([
    import("./open-cassy.ts"),
    import("./open-uploads.ts"),
  ]);
  return { settings, cassy: openCassy(settings), uploads: openUploads(settings.bucket) };
}
