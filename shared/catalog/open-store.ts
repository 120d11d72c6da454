import type { CatalogSettings } from "../config/config.ts";
import { fileStore } from "./file-store.ts";
import { type CatalogLog, loggedStore } from "./logged-store.ts";
import type { Store } from "./store.ts";

/** The store that the configuration names. What is written to one that is not a folder goes to the log as well. */
export function openStore(settings: CatalogSettings, log: CatalogLog): Store {
  switch (settings.kind) {
    case "file":
      return fileStore(settings.path);
    case "dynamodb":
      return loggedStore(
        lazily(async () => {
          // Not above: the SDK takes longer to load than most commands on a catalog of files take to run.
          const [{ dynamodbStore }, { connectCatalog }] = await Promise.all([
            import("./dynamodb-store.ts"),
            import("./dynamodb/table.ts"),
          ]);
          return dynamodbStore(connectCatalog(settings));
        }),
        log,
      );
    default:
      return settings satisfies never;
  }
}

/** A store that is made when it is first asked for something. */
function lazily(make: () => Promise<Store>): Store {
  let made: Promise<Store> | undefined;
  const store = () => {
    made ??= make();
    return made;
  };
  return {
    read: async (...asked) => (await store()).read(...asked),
    list: async (...asked) => (await store()).list(...asked),
    listOpen: async (...asked) => (await store()).listOpen(...asked),
    write: async (...asked) => (await store()).write(...asked),
    append: async (...asked) => (await store()).append(...asked),
    journal: async (...asked) => (await store()).journal(...asked),
  };
}
