import type { Item } from "../../shared/databases/dynamodb/row-item.ts";
import {
  attributeOfJson,
  dynamoItems,
  fixtureText,
  itemOfJson,
  type MemoryTables,
} from "./fixture-source.ts";

/** One state of one item, from `atMs` on; no item where it was deleted. */
export interface Version {
  readonly atMs: number;
  readonly item: Item | undefined;
}

/** Every item that was ever written, with all of its states. */
export interface Journal {
  readonly prefix: string;
  readonly histories: readonly {
    readonly table: string;
    readonly key: string;
    readonly versions: readonly Version[];
  }[];
  readonly firstMs: number;
  readonly lastMs: number;
}

interface Write {
  readonly TableName: string;
  readonly Key?: unknown;
  readonly Item?: unknown;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, Record<string, unknown>>;
  readonly TransactItems?: readonly Record<string, Write>[];
}

type Op = { readonly op: string; readonly write: Write };

/** Replays a journal of real requests. What failed changed nothing, so conditions need no evaluation. */
export function loadJournal(
  file: string,
  prefix: string,
  seed: readonly { table: string; item: Item }[] = [],
): Journal {
  const histories = new Map<string, { table: string; key: string; versions: Version[] }>();
  const put = (table: string, item: Item | undefined, key: string, atMs: number) => {
    const name = `${table} ${key}`;
    const history = histories.get(name) ?? { table, key, versions: [] };
    histories.set(name, history);
    history.versions.push({ atMs, item });
  };
  for (const { table, item } of seed) put(table, item, keyTextOf(item), 0);
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = 0;
  for (const line of fixtureText(file).split("\n").filter(Boolean)) {
    const entry = JSON.parse(line) as { at_ms: number; op: string; status: number; request: Write };
    if (entry.status !== 200) continue;
    for (const { op, write } of opsOf(entry.op, entry.request)) {
      const key = keyTextOf(itemOfJson(write.Key ?? write.Item));
      const versions = histories.get(`${write.TableName} ${key}`)?.versions;
      put(write.TableName, applied(op, write, versions?.at(-1)?.item), key, entry.at_ms);
    }
    firstMs = Math.min(firstMs, entry.at_ms);
    lastMs = Math.max(lastMs, entry.at_ms);
  }
  return { prefix, histories: [...histories.values()], firstMs, lastMs };
}

function opsOf(op: string, request: Write): readonly Op[] {
  if (op !== "TransactWriteItems") return [{ op, write: request }];
  return (request.TransactItems ?? []).flatMap((each) =>
    Object.entries(each).map(([kind, write]) => ({ op: `${kind}Item`, write })),
  );
}

function applied(op: string, write: Write, before: Item | undefined): Item | undefined {
  if (op === "DeleteItem") return undefined;
  if (op === "PutItem") return itemOfJson(write.Item);
  const item: Record<string, Item[string]> = { ...(before ?? itemOfJson(write.Key)) };
  const [sets = "", removals = ""] = (write.UpdateExpression ?? "").replace(/^SET /, "").split(/\s*REMOVE /);
  const nameOf = (alias: string) => write.ExpressionAttributeNames?.[alias.trim()] ?? alias.trim();
  for (const set of sets.split(",").filter((part) => part.includes("="))) {
    const [alias = "", value = ""] = set.split("=");
    item[nameOf(alias)] = attributeOfJson(write.ExpressionAttributeValues?.[value.trim()] ?? {});
  }
  for (const alias of removals.split(",").filter(Boolean)) delete item[nameOf(alias)];
  return item;
}

function keyTextOf(item: Item): string {
  const parts = ["table", "concatenatedPartitionKey", "concatenatedClusteringKey"].map((name) => item[name]);
  return parts.map((part) => part?.S ?? Buffer.from(part?.B ?? []).toString("hex")).join(" ");
}

/** The state of a history at an instant: the position of its version, -1 before the first. */
function versionAt(versions: readonly Version[], atMs: number): number {
  return versions.findLastIndex((version) => version.atMs <= atMs);
}

/** The tables with every item cut at an instant of its own, and where each history was cut. */
export function cut(
  journal: Journal,
  instantOf: (table: string) => number,
): { tables: MemoryTables; positions: readonly number[] } {
  const positions = journal.histories.map(({ table, versions }) => versionAt(versions, instantOf(table)));
  const items = journal.histories.flatMap(({ table, versions }, index) => {
    // The metadata table is not written any more once the load runs.
    const item = table.endsWith("scalardb.metadata")
      ? versions.at(-1)?.item
      : versions[positions[index] ?? -1]?.item;
    return item === undefined ? [] : [{ table, item }];
  });
  return { tables: dynamoItems(items, journal.prefix), positions };
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
