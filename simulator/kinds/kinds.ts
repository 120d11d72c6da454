import type { Kind, Scene } from "../scene.ts";
import { CLOCK_KINDS } from "./clocks.ts";
import { INSTANCE_KINDS } from "./instances.ts";
import { MESSAGE_KINDS } from "./messages.ts";
import { NOISE_KINDS } from "./noise.ts";
import { PROCESS_KINDS } from "./processes.ts";
import { STORE_KINDS } from "./stores.ts";
import { STRANGER_KINDS } from "./strangers.ts";

const SINGLE: readonly Kind[] = [
  ...PROCESS_KINDS,
  ...MESSAGE_KINDS,
  ...INSTANCE_KINDS,
  ...STRANGER_KINDS,
  ...CLOCK_KINDS,
  ...STORE_KINDS,
];

/** Misfortunes that come together. */
function several(scene: Scene, count: number): void {
  const { chance } = scene.world;
  for (let n = 0; n < count; n++) {
    const kind = SINGLE[chance.below(SINGLE.length)] as Kind;
    kind.plan(scene);
  }
}

/** All that may go wrong, by name; the noise first. */
export const KINDS: readonly Kind[] = [
  ...NOISE_KINDS,
  ...SINGLE,
  { name: "two of these at once", plan: (scene) => several(scene, 2) },
  { name: "three of these at once", plan: (scene) => several(scene, 3) },
];
