import type { Row } from "../../../shared/verify/row-source.ts";
import { committedRow, DELETED, imageUnder, isInDoubt } from "./rows.ts";
import { type Item, newestOf } from "./store.ts";
import type { Process, World } from "./world.ts";

/** ScalarDB before 3.19 reads the clock anew for the time that the records carry. */
export function committedTime({ kind }: World, process: Process, decision: Row): number {
  return kind.committedAsDecided ? Number(decision["tx_created_at"]) : process.clock();
}

export function forward(world: World, item: Item, id: string, committedMs: number): void {
  const { row, doubt } = newestOf(item);
  if (!isInDoubt(row) || row["tx_id"] !== id) return;
  const isGone = row["tx_state"] === DELETED;
  const committed = isGone ? undefined : committedRow(row, committedMs);
  world.store.write(item, { row: committed, last: doubt, doubt: undefined });
}

export function back(world: World, item: Item, id: string): void {
  const { row, last } = newestOf(item);
  if (!isInDoubt(row) || row["tx_id"] !== id) return;
  world.store.write(item, { row: imageUnder(row, item.key), last, doubt: undefined });
}
