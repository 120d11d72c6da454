import { chanceOf } from "../chance.ts";
import type { Kind } from "../scene.ts";
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

/** Misfortunes that come together: which, the number of the run decides. */
function several(count: number, number: number): Kind {
  const chance = chanceOf(`kinds of ${number}`);
  const kinds = Array.from({ length: count }, () => SINGLE[chance.below(SINGLE.length)] as Kind);
  return {
    name: `${WORDS[count]} of these at once`,
    apartAtMost: 1,
    adjust: (settings, by) =>
      kinds.reduce((adjusted, { adjust }) => adjust?.(adjusted, by) ?? adjusted, settings),
    plan: (scene) => {
      for (const kind of kinds) kind.plan(scene);
    },
  };
}

const WORDS: Readonly<Record<number, string>> = { 2: "two", 3: "three" };

/** All that may go wrong, the noise first; each for the run of a number. */
const KINDS: readonly ((number: number) => Kind)[] = [
  ...[...NOISE_KINDS, ...SINGLE].map((kind) => () => kind),
  (number) => several(2, number),
  (number) => several(3, number),
];

export const NAMES: readonly string[] = KINDS.map((kind) => kind(0).name);

/** The kind that a run of this number is about: all of them in turn. */
export function kindOf(number: number): Kind {
  return (KINDS[number % KINDS.length] as (number: number) => Kind)(number);
}

export function apartAtMost(name: string): number | undefined {
  return KINDS.map((kind) => kind(0)).find((kind) => kind.name === name)?.apartAtMost;
}
