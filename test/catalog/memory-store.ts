import { openOf } from "../../shared/catalog/standing.ts";
import type { Collection, Listing, Store, Stored } from "../../shared/catalog/store.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";

interface Place {
  readonly records: Map<string, Stored>;
  readonly journals: Map<string, string[]>;
  writes: number;
}

const places = new Map<string, Place>();

/** A store of this process, for workflows that are killed thousands of times. Equal locations are one store. */
export function openStore(location: string): Store {
  const place = places.get(location) ?? { records: new Map(), journals: new Map(), writes: 0 };
  places.set(location, place);
  return storeOn(place);
}

export function memoryStore(): Store {
  return storeOn({ records: new Map(), journals: new Map(), writes: 0 });
}

function storeOn(place: Place): Store {
  const { records, journals } = place;
  const keyOf = (collection: Collection, id: string) => `${collection} ${id}`;
  const list = async (collection: Collection): Promise<Listing> => {
    const found = [...records].filter(([key]) => key.startsWith(`${collection} `));
    const stored = found.map(([, one]) => copy(one)).sort((a, b) => (a.id < b.id ? -1 : 1));
    return { records: stored, damaged: [] };
  };
  return {
    list,

    listOpen: async (collection) => openOf(collection, await list(collection)),

    read: async (collection, id) => copy(records.get(keyOf(collection, id))),

    write: async (collection, id, value, expected) => {
      const key = keyOf(collection, id);
      if ((records.get(key)?.version ?? "absent") !== expected) conflict(id);
      const version = String(++place.writes);
      records.set(key, copy({ id, value, version }));
      return version;
    },

    append: async (journal, index, entry) => {
      const entries = journals.get(journal) ?? [];
      if (index !== entries.length) conflict(journal);
      journals.set(journal, [...entries, JSON.stringify(entry)]);
    },

    journal: async (journal) => (journals.get(journal) ?? []).map((text) => JSON.parse(text) as unknown),
  };
}

/** What is kept is JSON, as in every real store. */
function copy<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

function conflict(id: string): never {
  throw new StillpointError("CATALOG_CONFLICT", `"${id}" was changed by somebody else`);
}
