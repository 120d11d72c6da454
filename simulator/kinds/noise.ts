import type { Kind } from "../scene.ts";

/** What happens every day and harms nothing: every backup must succeed. */
export const NOISE_KINDS: readonly Kind[] = [
  { name: "nothing", plan: () => {} },
  {
    name: "nothing, over a slow network",
    plan: ({ world }) => {
      world.wire.slowness = 8;
    },
  },
  {
    name: "nothing but clocks that drift (500 ppm)",
    adjust: (settings) => ({ ...settings, driftMs: 0.5 }),
    plan: () => {},
  },
  {
    name: "nothing but a Date header that front ends cache",
    plan: ({ world }) => {
      for (const database of world.databases) database.cachedMs = 100;
    },
  },
  {
    name: "nothing but writes to the status of pods",
    plan: ({ world }) => {
      for (const phase of ["pausing", "holding", "unpausing"] as const)
        world.during(phase, world.chance.between(0, 1_000), () => {
          world.statusWrites++;
        });
    },
  },
];
