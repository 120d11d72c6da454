/** Where an item is: items of one partition are found together, in the order of their sort keys. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** One item with its attributes. Numbers may come back as text. */
export type Item = Key & Readonly<Record<string, string | number | Uint8Array>>;

/** When an item may be written or removed. */
export type Condition =
  | { readonly kind: "absent" }
  | { readonly kind: "present" }
  | { readonly kind: "has"; readonly attribute: string; readonly value: string };

export type Change =
  | { readonly kind: "put"; readonly item: Item; readonly only?: Condition }
  | { readonly kind: "remove"; readonly key: Key; readonly only?: { readonly kind: "present" } };

export type Changes = readonly [Change, ...Change[]];

export interface Page {
  readonly items: readonly Item[];
  /** Where the next page begins; absent after the last. */
  readonly next?: unknown;
}

/** What one operation of a store does: `{ action: "read", subject: '"p-1" of "pauses"' }`. */
export interface Deed {
  readonly action: string;
  readonly subject: string;
}

/** How a service's failures are told. */
export interface Failures {
  /** `table "stillpoint-catalog" in "ap-northeast-1"` */
  readonly where: string;
  /** The failure as the product tells it; what is no failure of the service is a defect, and stays as it is. */
  report(error: unknown, deed: Deed, state: string): unknown;
}

/**
 * A table of a cloud, as much of it as a catalog needs. Every read sees all that was written before it. Failures are
 * the service's own, thrown as they come.
 */
export interface ItemTable extends Failures {
  get(key: Key, signal: AbortSignal): Promise<Item | undefined>;
  page(partition: string, from: unknown, signal: AbortSignal): Promise<Page>;
  /** All the changes, or none of them where a condition does not hold. The token is that of the write. */
  change(changes: Changes, token: string, signal: AbortSignal): Promise<void>;
  /** Whether a condition did not hold; it may be because of the very same changes, sent before and unheard. */
  isRefused(error: unknown): boolean;
  /** Whether the same request may succeed a moment later. */
  passes(error: unknown): boolean;
  /** Whether nobody knows what became of the request. */
  mayHaveBeenCarriedOut(error: unknown): boolean;
}

/** A number in an item, 0 where there is none. */
export function numberIn(item: Item, attribute: string): number {
  return Number(item[attribute] ?? 0);
}

export function textIn(item: Item, attribute: string): string | undefined {
  const value = item[attribute];
  return typeof value === "string" ? value : undefined;
}

export function bytesIn(item: Item, attribute: string): Uint8Array | undefined {
  const value = item[attribute];
  return value instanceof Uint8Array ? value : undefined;
}
