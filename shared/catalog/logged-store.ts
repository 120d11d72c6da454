import type { CatalogLine, WholeLine } from "./catalog-line.ts";
import { cutLine, type LineLimits } from "./cut-line.ts";
import { type Collection, revisionOf, type Store } from "./store.ts";

/** Takes one line of JSON to where it outlives the catalog. */
export type CatalogLog = (line: CatalogLine) => void;

/** Signs of life, every few seconds: nobody needs those of yesterday. */
const UNLOGGED: readonly Collection[] = ["sweeps"];

/**
 * A store whose every write leaves as log lines too, from which a lost catalog can be built again. What happens to
 * the log is no concern of the write: that is done.
 */
export function loggedStore(store: Store, log: CatalogLog, limits?: LineLimits): Store {
  const tell = (line: WholeLine) => {
    try {
      for (const piece of cutLine(line, limits)) log(piece);
    } catch {
      // A full disk or a closed stream must not turn a write that was made into a failure.
    }
  };
  return {
    ...store,
    async write(collection, id, value, expected) {
      const version = await store.write(collection, id, value, expected);
      if (!UNLOGGED.includes(collection))
        tell({ kind: "catalog-record", collection, id, revision: revisionOf(version), value });
      return version;
    },
    async append(run, index, entry) {
      await store.append(run, index, entry);
      tell({ kind: "catalog-journal", run, index, entry });
    },
  };
}
