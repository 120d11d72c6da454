import type { Row, TableSchema } from "../../../shared/verify/row-source.ts";
import type { Chance } from "../../../simulator/chance.ts";

/** One try at a transaction. A client that tries again with the same nonce makes a second one of the same id. */
export interface Attempt {
  readonly id: string;
  /** Whose version of each item it read; `undefined` where nobody had written it. */
  readonly reads: Map<Item, Attempt | undefined>;
  /** What it wants to leave behind in each item, without the columns of Consensus Commit; `undefined` deletes. */
  readonly writes: Map<Item, Row | undefined>;
  /** By the clock of its process. */
  createdMs: number | undefined;
  /** In true time; absent where it never committed. */
  decidedMs: number | undefined;
}

/** A state of an item from a moment of true time on. */
export interface Version {
  readonly atMs: number;
  readonly row: Row | undefined;
  /** Whose committed version is here, or under the one in doubt. */
  readonly last: Attempt | undefined;
  readonly doubt: Attempt | undefined;
}

/** One item of the database, with everything that it ever was. */
export interface Item {
  readonly table: string;
  readonly key: Row;
  readonly versions: Version[];
}

const NOTHING: Version = { atMs: 0, row: undefined, last: undefined, doubt: undefined };

/** A database whose single items are linearizable, and that forgets nothing. */
export class Store {
  readonly #items = new Map<string, Item>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get items(): Iterable<Item> {
    return this.#items.values();
  }

  item(table: string, key: Row): Item {
    const name = `${table} ${Object.values(key).join("/")}`;
    const known = this.#items.get(name);
    if (known !== undefined) return known;
    const item: Item = { table, key, versions: [] };
    this.#items.set(name, item);
    return item;
  }

  write(item: Item, version: Omit<Version, "atMs">): void {
    item.versions.push({ ...version, atMs: this.#nowMs() });
  }
}

export function newestOf({ versions }: Item): Version {
  return versions.at(-1) ?? NOTHING;
}

export function versionAt({ versions }: Item, atMs: number): Version {
  return versions.findLast((version) => version.atMs <= atMs) ?? NOTHING;
}

/** Those that committed in the end, in the order in which they wrote the item. */
export function writersOf({ versions }: Item): readonly Attempt[] {
  const writers = new Set(versions.map(({ doubt, last }) => doubt ?? last));
  return [...writers].filter((attempt) => attempt?.decidedMs !== undefined) as Attempt[];
}

/** Everything that happened somewhere, in true time: in a little world, or in a journal of real writes. */
export interface History {
  /** The bound on clocks that the deployment states. */
  readonly boundMs: number;
  /** Whether decisions say what was written. */
  readonly logsWriteSets: boolean;
  readonly schemas: readonly TableSchema[];
  readonly items: readonly Item[];
  readonly attempts: readonly Attempt[];
  /** What matters happens between them. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly chance: Chance;
  decisionOf(id: string): Item;
}
