import { refuseByManager } from "../azure/refusal.ts";
import { asWire } from "../azure/wire.ts";
import type { World } from "./world.ts";

const TYPE = "/providers/microsoft.authorization/locks/";

/** Locks hold for all that lies below what they are of. */
function levelsOver({ extensions }: World, id: string): readonly string[] {
  return [...extensions].flatMap(([lock, { properties }]) => {
    const [scope, name] = lock.split(TYPE);
    const holds = name !== undefined && `${id.toLowerCase()}/`.startsWith(`${scope}/`);
    return holds ? [String(asWire(properties)["level"])] : [];
  });
}

export function checkWritable(world: World, id: string): void {
  if (levelsOver(world, id).includes("ReadOnly")) refuseLocked("write", id);
}

export function checkDeletable(world: World, id: string): void {
  if (levelsOver(world, id).length > 0) refuseLocked("delete", id);
}

function refuseLocked(operation: string, id: string): never {
  refuseByManager(
    409,
    "ScopeLocked",
    `The scope '${id}' cannot perform ${operation} operation because following scope(s) are locked: '${id}'. Please remove the lock and try again.`,
  );
}
