import type { CatalogSettings } from "../config/config.ts";
import type { Environment } from "../config/tls-material.ts";
import type { LineLimits } from "./cut-line.ts";
import { fileStore } from "./file-store.ts";
import { lazyStore } from "./lazy-store.ts";
import { type CatalogLog, loggedStore } from "./logged-store.ts";
import type { Store } from "./store.ts";

/**
 * The store that the configuration names, whose secrets `env` has. What is written to one that is not a folder goes
 * to the log as well.
 */
export function openStore(
  settings: CatalogSettings,
  log: CatalogLog,
  env: Environment = {},
  limits?: LineLimits,
): Store {
  switch (settings.kind) {
    case "file":
      return fileStore(settings.path);
    case "dynamodb":
      return loggedStore(
        lazyStore(async () => {
          // Not above: the SDK takes longer to load than most commands on a catalog of files take to run.
          const [{ dynamodbStore }, { connectCatalog }] = await Promise.all([
            import("./dynamodb-store.ts"),
            import("./dynamodb/table.ts"),
          ]);
          return dynamodbStore(connectCatalog(settings));
        }),
        log,
        limits,
      );
    case "azure-table":
      return loggedStore(
        lazyStore(async () => {
          const [{ azureTableStore }, { connectCatalog }] = await Promise.all([
            import("./azure-table-store.ts"),
            import("./azure-table/table.ts"),
          ]);
          return azureTableStore(await connectCatalog(settings, env));
        }),
        log,
        limits,
      );
    default:
      return settings satisfies never;
  }
}
