import type { Capture } from "../../backup/effects.ts";
import type { CassandraDatabaseSettings } from "../../config/config.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { CapturedCassandra } from "../../restore/cassandra/captured.ts";
import type { Cluster } from "./cluster.ts";
import type { CassyTools } from "./database.ts";

export async function captureCluster(
  _settings: CassandraDatabaseSettings,
  _cluster: Cluster,
  _tools: CassyTools,
): Promise<Capture & { readonly captured: CapturedCassandra }> {
  throw new StillpointError("INTERNAL", "Cassandra is not captured yet");
}

export async function identifyCluster(
  _settings: CassandraDatabaseSettings,
  _cluster: Cluster,
): Promise<Omit<Capture, "captured">> {
  throw new StillpointError("INTERNAL", "Cassandra is not captured yet");
}
