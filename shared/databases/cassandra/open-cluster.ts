import type { CassandraDatabaseSettings } from "../../config/config.ts";
import type { Environment } from "../../config/tls-material.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Cluster } from "./cluster.ts";

export function openCluster(_settings: CassandraDatabaseSettings, _env: Environment): Cluster {
  throw new StillpointError("INTERNAL", "Cassandra is not asked yet");
}
