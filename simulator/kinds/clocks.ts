import { befalls, type Kind, type Scene, sometime } from "../scene.ts";

/** Forwards or backwards, by anything from what the allowance covers to hours. */
function someStep({ world }: Scene): number {
  const { chance } = world;
  const size = chance.pick([chance.between(20, 600), chance.between(600, 5_000), 3_600_000]);
  return chance.flip(0.5) ? size : -size;
}

export const CLOCK_KINDS: readonly Kind[] = [
  {
    name: "our wall clock is set",
    plan: (scene) =>
      sometime(scene, () => {
        befalls(scene);
        scene.host.wall.step(scene.world.agenda.nowMs, someStep(scene));
      }),
  },
  {
    name: "the database's clock is set",
    plan: (scene) =>
      sometime(scene, () => {
        const { world } = scene;
        befalls(scene);
        world.chance
          .pick([world.databases[0], ...world.databases.slice(1)])
          ?.clock.step(world.agenda.nowMs, someStep(scene));
      }),
  },
  {
    name: "all clocks are seconds apart",
    adjust: (settings) => ({ ...settings, wallSkewMs: 3_000, databaseSkewMs: 3_000 }),
    plan: (scene) => {
      scene.world.occurred++;
      sometime(scene, () => scene.secondBackup());
    },
  },
];
