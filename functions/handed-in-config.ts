import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpackConfig } from "../shared/config/packed-config.ts";
import type { Environment } from "../shared/config/tls-material.ts";

/** As the deployments set it for what runs an image. */
const PACKED = "STILLPOINT_PACKED_CONFIG";

/** Where the configuration is that was handed in through the environment; nothing where none was. */
export function handedInConfig(env: Environment): string | undefined {
  const packed = env[PACKED];
  return packed === undefined ? undefined : unpackConfig(packed, mkdtempSync(join(tmpdir(), "stillpoint-")));
}
