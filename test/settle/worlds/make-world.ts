import { forget } from "./commit.ts";
import { execute, type Request, requestOf } from "./contracts.ts";
import type { Kind } from "./kind.ts";
import { recovery } from "./recovery.ts";
import { ABORTED, isInDoubt, STATE } from "./rows.ts";
import { newestOf } from "./store.ts";
import { World } from "./world.ts";

const CLEAN_UP_EVERY_MS = 4000;
/** Decisions as old as that are removed: safely out of every span that matters, or right inside it. */
const OLD_MS = 7000;
const NEAR_MS = 300;

/** A world that has run to its end. */
export function makeWorld(kind: Kind, seed: string): World {
  const world = new World(kind, seed);
  world.agenda.after(0, () => keepAsking(world));
  world.agenda.after(0, () => keepReading(world));
  if (kind.cleanUp !== "none" && kind.cleanUp !== "finish") world.agenda.after(0, () => keepCleaning(world));
  world.run();
  return world;
}

function keepAsking(world: World): void {
  const { chance, agenda, kind } = world;
  const request = requestOf(world);
  send(world, request);
  if (chance.flip(kind.retries)) agenda.after(chance.between(0, 2000), () => send(world, request));
  // Bursts with rests between them, so that some seconds are quiet.
  const restMs = chance.flip(0.1) ? chance.between(500, 4000) : 0;
  agenda.after(chance.exponential(1000 / world.rate) + restMs + world.sleepLeftMs(), () => keepAsking(world));
}

function send(world: World, request: Request): void {
  world.spawn(execute(world, world.chance.pick([...world.processes]), request));
}

/** Others come upon records in doubt, and look long and hard at what they have read. */
function keepReading(world: World): void {
  const { chance, kind, items } = world;
  const doubtful = items.filter((item) => isInDoubt(newestOf(item).row));
  const item = doubtful[chance.below(doubtful.length)];
  const row = item && newestOf(item).row;
  if (item !== undefined && row !== undefined)
    world.spawn(recovery(world, chance.pick([...world.processes]), item, row));
  world.agenda.after(chance.exponential(1000 / kind.readers) + world.sleepLeftMs(), () => keepReading(world));
}

/** Removes decisions up to a boundary, of transactions that have nothing in doubt any more. */
function keepCleaning(world: World): void {
  const { kind, items, nowMs, chance } = world;
  const boundaryMs = nowMs - (kind.cleanUp === "near" ? NEAR_MS : OLD_MS);
  const doubtful = new Set(
    items.map((item) => newestOf(item).row).flatMap((row) => (isInDoubt(row) ? [String(row["tx_id"])] : [])),
  );
  for (const item of items) {
    const { row } = newestOf(item);
    if (item.table !== STATE || row === undefined) continue;
    const id = row["tx_child_ids"] === undefined ? row["tx_id"] : `${row["tx_id"]}$${row["tx_child_ids"]}`;
    if (doubtful.has(String(id)) || Number(row["tx_created_at"]) > boundaryMs) continue;
    if (kind.cleanUp === "aborted" && row["tx_state"] !== ABORTED) continue;
    world.agenda.after(chance.between(0, 500), () => forget(world, item));
  }
  world.agenda.after(CLEAN_UP_EVERY_MS, () => keepCleaning(world));
}
