import type { Row } from "../../../shared/verify/row-source.ts";
import { encodeWriteSet } from "./encode-write-set.ts";
import { back, committedTime, forward } from "./final.ts";
import { recovery } from "./recovery.ts";
import { ABORTED, COMMITTED, committedRow, isInDoubt, preparedRow } from "./rows.ts";
import { type Attempt, type Item, newestOf } from "./store.ts";
import type { Process, Steps, World } from "./world.ts";

/** What an attempt read of an item, and what it wants to write over it. */
export interface Read {
  readonly item: Item;
  readonly row: Row | undefined;
}

/** Reads an item; a record in doubt sends a recovery on its way, and the attempt has met a conflict. */
export function read(world: World, process: Process, attempt: Attempt, item: Item): Read | "conflict" {
  const { row, last } = newestOf(item);
  if (isInDoubt(row)) {
    world.spawn(recovery(world, process, item, row));
    return "conflict";
  }
  attempt.reads.set(item, last);
  return { item, row };
}

/** Consensus Commit: prepare, validate, decide, commit. */
export function* commit(
  world: World,
  process: Process,
  attempt: Attempt,
  reads: ReadonlyMap<Item, Row | undefined>,
): Steps {
  const { id, writes } = attempt;
  const preparedMs = process.clock();
  const items = shuffled(world, [...writes.keys()]);
  for (const [index, item] of items.entries()) {
    yield world.pace();
    if (!prepare(world, attempt, item, { over: reads.get(item), preparedMs }))
      return yield* abort(world, process, attempt, items.slice(0, index));
  }
  yield world.pace();
  if (!isValid(attempt, reads)) return yield* abort(world, process, attempt, items);
  yield world.pace();
  attempt.createdMs = process.clock();
  yield world.latePace();
  const said = world.decide(id, COMMITTED, attempt.createdMs, writeSetOf(world, items));
  if (said["tx_state"] !== COMMITTED) return yield* rollBack(world, attempt, items);
  attempt.decidedMs = world.nowMs;
  for (const item of items) {
    yield world.pace();
    forward(world, item, id, committedTime(world, process, said));
  }
  if (world.kind.cleanUp !== "finish") return;
  yield world.pace();
  forget(world, world.decisionOf(id));
}

/** One-phase commit: everything at once, at a time that was read before, and no decision. */
export function* commitAtOnce(
  world: World,
  process: Process,
  attempt: Attempt,
  reads: ReadonlyMap<Item, Row | undefined>,
): Steps {
  const ms = process.clock();
  yield world.pace();
  const items = [...attempt.writes.keys()];
  if (!items.every((item) => isUnchanged(item, reads.get(item))) || !isValid(attempt, reads)) return;
  attempt.createdMs = ms;
  attempt.decidedMs = world.nowMs;
  for (const item of items) {
    const columns = attempt.writes.get(item);
    const row = preparedRow(item.key, columns, { id: attempt.id, preparedMs: ms, over: reads.get(item) });
    const committed = columns === undefined ? undefined : committedRow(row, ms);
    world.store.write(item, { row: committed, last: attempt, doubt: undefined });
  }
}

/** Writers before 3.19, and those that are set otherwise, leave the column out. */
function writeSetOf({ kind, chance }: World, items: readonly Item[]): Row {
  if (kind.writeSets === 0 || !chance.flip(kind.writeSets)) return {};
  return { tx_write_set: encodeWriteSet(items, chance) };
}

function shuffled<T>(world: World, items: readonly T[]): readonly T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(world.chance.below(left.length), 1));
}

function isUnchanged(item: Item, read: Row | undefined): boolean {
  const { row } = newestOf(item);
  return row?.["tx_id"] === read?.["tx_id"] && row?.["tx_version"] === read?.["tx_version"];
}

function prepare(
  world: World,
  attempt: Attempt,
  item: Item,
  { over, preparedMs }: { readonly over: Row | undefined; readonly preparedMs: number },
): boolean {
  const { row, last } = newestOf(item);
  if (isInDoubt(row) || !isUnchanged(item, over)) return false;
  const prepared = preparedRow(item.key, attempt.writes.get(item), { id: attempt.id, preparedMs, over });
  world.store.write(item, { row: prepared, last, doubt: attempt });
  return true;
}

/** What was read and is not written must still be as it was read. */
function isValid({ writes }: Attempt, reads: ReadonlyMap<Item, Row | undefined>): boolean {
  return [...reads].every(
    ([item, row]) => writes.has(item) || (isUnchanged(item, row) && !isInDoubt(newestOf(item).row)),
  );
}

function* abort(world: World, process: Process, attempt: Attempt, items: readonly Item[]): Steps {
  yield world.pace();
  world.decide(attempt.id, ABORTED, process.clock());
  yield* rollBack(world, attempt, items);
}

/** Of a client's two tries with one nonce, each takes back only its own. */
function* rollBack(world: World, attempt: Attempt, items: readonly Item[]): Steps {
  for (const item of items) {
    yield world.pace();
    if (newestOf(item).doubt === attempt) back(world, item, attempt.id);
  }
}

/** Removes a decision. */
export function forget(world: World, decision: Item): void {
  if (newestOf(decision).row === undefined) return;
  world.store.write(decision, { row: undefined, last: undefined, doubt: undefined });
}
