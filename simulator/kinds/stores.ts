import type { CatalogFault } from "../catalog-model.ts";
import { befalls, type Kind, type Scene, sometime } from "../scene.ts";

/** Some actions on the catalog come to grief, whoever asks for them. */
function spoil(scene: Scene, kind: CatalogFault["kind"]): void {
  const { chance, catalog } = scene.world;
  const before = 1 + chance.below(4);
  const fault: CatalogFault = { kind, matches: () => true, left: before };
  sometime(scene, () => catalog.faults.push(fault));
  scene.world.counters.push(() => before - fault.left);
}

/** Nobody reaches the catalog for a while. */
function away(scene: Scene): void {
  const { world } = scene;
  const { agenda, chance, catalog } = world;
  sometime(scene, () => {
    const untilMs = agenda.nowMs + chance.between(100, 60_000);
    let hits = 0;
    const matches = () => {
      const isAway = agenda.nowMs < untilMs;
      if (isAway) hits++;
      return isAway;
    };
    catalog.faults.push({ kind: "refused", matches, left: Number.POSITIVE_INFINITY });
    world.counters.push(() => hits);
  });
}

export const STORE_KINDS: readonly Kind[] = [
  { name: "writes to the catalog fail", plan: (scene) => spoil(scene, "refused") },
  { name: "nobody knows whether the catalog took a write", plan: (scene) => spoil(scene, "unknown") },
  { name: "the catalog is away for a while", plan: away },
  {
    name: "the database falls silent",
    plan: (scene) =>
      sometime(scene, () => {
        const { world } = scene;
        befalls(scene);
        for (const database of world.databases) database.isSilent = true;
        world.agenda.after(world.chance.between(500, 20_000), () => {
          for (const database of world.databases) database.isSilent = false;
        });
      }),
  },
  {
    name: "a table is made anew during the backup",
    plan: (scene) =>
      sometime(scene, () => {
        befalls(scene);
        for (const database of scene.world.databases) database.recreate();
      }),
  },
  {
    name: "recovery is switched off and on during the backup",
    plan: (scene) =>
      sometime(scene, () => {
        const { world } = scene;
        befalls(scene);
        for (const database of world.databases) database.forget();
      }),
  },
];
