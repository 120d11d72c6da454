import { setTimeout as delay } from "node:timers/promises";
import type * as z from "zod";
import { codeOf, type Failure, StillpointError, toFailure } from "../errors/stillpoint-error.ts";
import { SCHEMA } from "./model.ts";
import type { Collection, Listing, Store, Stored, Version } from "./store.ts";

/** Each lost race means that somebody else got on; this many in a row mean that something is wrong. */
const MOST_UPDATE_ATTEMPTS = 40;
const LONGEST_PAUSE_MS = 25;

export interface Versioned<T> {
  readonly record: T;
  readonly version: Version;
}

/** What a listing could read, and which records it could not: one damaged record must not hide the others. */
export interface Readable<T> {
  readonly records: readonly T[];
  readonly unreadable: readonly Failure[];
}

/** The records of one collection, checked against their model on the way in and on the way out. */
export interface Records<T> {
  find(id: string): Promise<Versioned<T> | undefined>;
  /** `NOT_FOUND` where there is none. */
  get(id: string): Promise<Versioned<T>>;
  /** `CATALOG_CONFLICT` where there is one already. */
  create(id: string, record: T): Promise<Version>;
  /** Writes only over the very version that was read or written before; else `CATALOG_CONFLICT`. */
  replace(id: string, expected: Version, record: T): Promise<Version>;
  /**
   * Reads, changes and writes, and begins again where another process came in between. `change` may throw to
   * give up, and may return what it was given to leave the record alone.
   */
  update(id: string, change: Change<T, T>): Promise<Versioned<T>>;
  /** As `update`, for a record that need not exist yet. */
  put(id: string, change: Change<T | undefined, T>): Promise<Versioned<T>>;
  all(): Promise<Readable<T>>;
  /** Those that a sweep must look after. */
  allOpen(): Promise<Readable<T>>;
}

export type Change<From, To> = (record: From) => To | Promise<To>;

export function recordsOf<T>(store: Store, collection: Collection, model: z.ZodType<T>): Records<T> {
  const find = async (id: string): Promise<Versioned<T> | undefined> => {
    const stored = await store.read(collection, id);
    return stored && { record: parseStored(model, collection, stored), version: stored.version };
  };
  const get = async (id: string) => (await find(id)) ?? notFound(collection, id);
  const write = async (id: string, record: T, expected: Version | "absent") =>
    store.write(collection, id, checked(model, collection, id, record), expected);

  const readable = ({ records, damaged }: Listing) =>
    sorted(records, (stored) => parseStored(model, collection, stored), damaged);

  const put = async (id: string, change: Change<T | undefined, T>): Promise<Versioned<T>> => {
    for (let attempt = 1; ; attempt++) {
      const before = await find(id);
      const record = await change(before?.record);
      if (before !== undefined && record === before.record) return before;
      try {
        return { record, version: await write(id, record, before?.version ?? "absent") };
      } catch (error) {
        if (codeOf(error) !== "CATALOG_CONFLICT" || attempt === MOST_UPDATE_ATTEMPTS) throw error;
        await delay(Math.random() * LONGEST_PAUSE_MS);
      }
    }
  };

  return {
    find,
    get,
    put,
    create: (id, record) => write(id, record, "absent"),
    replace: (id, expected, record) => write(id, record, expected),
    update: (id, change) => put(id, (record) => change(record ?? notFound(collection, id))),
    all: async () => readable(await store.list(collection)),
    allOpen: async () => readable(await store.listOpen(collection)),
  };
}

function sorted<T>(
  stored: readonly Stored[],
  parse: (one: Stored) => T,
  damaged: readonly Failure[],
): Readable<T> {
  const records: T[] = [];
  const unreadable = [...damaged];
  for (const one of stored) {
    try {
      records.push(parse(one));
    } catch (error) {
      unreadable.push(toFailure(error));
    }
  }
  return { records, unreadable };
}

function parseStored<T>(model: z.ZodType<T>, collection: Collection, { id, value }: Stored): T {
  const schema = (value as { schema?: unknown } | null)?.schema;
  if (typeof schema === "number" && schema > SCHEMA)
    throw new StillpointError(
      "CATALOG_NEWER",
      `cannot read "${id}" of "${collection}": it has schema ${schema}, and this version knows ${SCHEMA}; it was left as it is`,
    );
  const parsed = model.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new StillpointError(
    "CATALOG_DAMAGED",
    `cannot read "${id}" of "${collection}": ${problemsOf(parsed.error)}; it was left as it is`,
  );
}

/** A record that could not be read again must not be written in the first place. */
function checked<T>(model: z.ZodType<T>, collection: Collection, id: string, record: T): T {
  const parsed = model.safeParse(record);
  if (parsed.success) return parsed.data;
  throw new StillpointError(
    "INTERNAL",
    `refusing to write "${id}" to "${collection}": ${problemsOf(parsed.error)}; nothing was written`,
  );
}

function problemsOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".") || "the record"}: ${message}`).join("; ");
}

function notFound(collection: Collection, id: string): never {
  throw new StillpointError(
    "NOT_FOUND",
    `cannot find "${id}" in "${collection}" of the catalog; nothing was changed`,
  );
}
