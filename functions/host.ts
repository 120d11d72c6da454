import type { Catalog } from "../shared/catalog/catalog.ts";
import type { Config } from "../shared/config/config.ts";
import type { Environment } from "../shared/config/tls-material.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";

/** What every function works with, in whatever cloud: its configuration, the catalog, and what it tells. */
export interface Host {
  readonly config: Config;
  readonly catalog: Catalog;
  /** With the secrets that the configuration refers to. */
  readonly env: Environment;
  readonly telemetry: Telemetry;
  /** Where it reaches instances from: two with the same answer reach the same ones. */
  readonly network: string;
}
