import { type Item, keyOf, keyText } from "./items.ts";
import { Refusal, refuse } from "./refusal.ts";
import { isOpen, type Table } from "./tables.ts";
import type { Wire } from "./wire.ts";
import type { Call, World } from "./world.ts";

/** One item that a request is about to change, or whose state it decides on. */
export interface Target {
  readonly table: Table;
  readonly key: Item;
  readonly text: string;
}

export function targetOf(world: World, nameOrArn: unknown, item: Item | undefined): Target {
  const table = world.tables.open(nameOrArn);
  const key = keyOf(table.keyNames, item ?? {});
  return { table, key, text: keyText(table.keyNames, key) };
}

/**
 * Carries out a write while no other write touches the same items, then reads the items back and enters them
 * into the journal, all with one time. The time is taken after the backend's answer and before the client's, so
 * whatever a client does because of this write bears a later one.
 */
export async function journalled<T>(
  world: World,
  call: Call,
  targets: readonly Target[],
  write: () => Promise<T>,
): Promise<T> {
  const claims = targets.map(({ table, text }) => ({ tableId: table.id, key: text }));
  return world.locks.hold(claims, async () => {
    if (!targets.every(({ table }) => isOpen(table))) {
      // Deleted while this write was waiting for its turn.
      return refuse("ResourceNotFoundException", "Requested resource not found");
    }
    const outcome = await write().then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    if ("answer" in outcome || mayHaveWritten(outcome.error)) await enter(world, call, targets);
    if ("error" in outcome) throw outcome.error;
    return outcome.answer;
  });
}

/** A refused request wrote nothing; one whose fate is unknown may have. */
function mayHaveWritten(error: unknown): boolean {
  return !(error instanceof Refusal) || error.status >= 500;
}

async function enter(world: World, call: Call, targets: readonly Target[]): Promise<void> {
  const atMs = call.atMs ?? world.clock.now();
  const found = await readBack(world, targets);
  targets.forEach(({ table, key, text }, position) => {
    table.journal.record(text, key, atMs, found[position]);
  });
}

async function readBack(world: World, targets: readonly Target[]): Promise<readonly (Item | undefined)[]> {
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) return [await readItem(world, only)];
  return readItems(world, targets);
}

async function readItem(world: World, { table, key }: Target): Promise<Item | undefined> {
  const input = { TableName: table.name, Key: key, ConsistentRead: true };
  return (await world.backend.call<{ Item?: Item }>("GetItem", input)).Item;
}

type KeysByTable = { [table: string]: { readonly Keys: Item[]; readonly ConsistentRead: true } };

/** A batch answers at most 16 MB, and names the keys that it left out. */
const ROUNDS_MAX = 100;

async function readItems(world: World, targets: readonly Target[]): Promise<readonly (Item | undefined)[]> {
  const found = new Map<string, Item>();
  let wanted: KeysByTable = {};
  for (const { table, key } of targets) {
    wanted[table.name] ??= { Keys: [], ConsistentRead: true };
    wanted[table.name]?.Keys.push(key);
  }
  for (let round = 0; Object.keys(wanted).length > 0; round++) {
    if (round === ROUNDS_MAX) throw new Error(`The backend left keys out of ${ROUNDS_MAX} batches in a row`);
    const answer = await world.backend.call<{
      Responses?: { [table: string]: readonly Item[] };
      UnprocessedKeys?: KeysByTable;
    }>("BatchGetItem", { RequestItems: wanted });
    for (const [name, items] of Object.entries(answer.Responses ?? {})) {
      const keyNames = targets.find(({ table }) => table.name === name)?.table.keyNames ?? [];
      for (const item of items) found.set(`${name}/${keyText(keyNames, item)}`, item);
    }
    wanted = answer.UnprocessedKeys ?? {};
  }
  return targets.map(({ table, text }) => found.get(`${table.name}/${text}`));
}

/** The same request with the plain name of its table: backends do not take ARNs. */
export function withPlainName(world: World, input: Wire): Wire {
  return { ...input, TableName: world.tables.nameOf(input["TableName"]) };
}
