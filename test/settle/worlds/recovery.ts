import type { Row } from "../../../shared/verify/row-source.ts";
import { back, committedTime, forward } from "./final.ts";
import { ABORTED, COMMITTED } from "./rows.ts";
import { type Item, newestOf } from "./store.ts";
import type { Process, Steps, World } from "./world.ts";

/**
 * ScalarDB's lazy recovery of a record that somebody has read in doubt, which may be long ago by now: its transaction
 * may be final and its decision removed since, and then an ABORTED decision is left behind that means nothing.
 */
export function* recovery(world: World, process: Process, item: Item, row: Row): Steps {
  const id = String(row["tx_id"]);
  yield world.pace();
  let decision = newestOf(world.decisionOf(id)).row;
  if (decision === undefined) {
    if (process.clock() <= Number(row["tx_prepared_at"]) + world.lifeMs) return;
    yield world.pace();
    decision = world.decide(id, ABORTED, process.clock());
  }
  yield world.pace();
  if (decision["tx_state"] === COMMITTED) forward(world, item, id, committedTime(world, process, decision));
  else back(world, item, id);
}
