import { type Kind, type Scene, someServer, sometime, strangerPauses, strangerUnpauses } from "../scene.ts";
import { restart } from "./instances.ts";

/** Opened and shut again before anyone asks: requests ran, and every answer says closed. */
function openAndShut(scene: Scene): void {
  const { world } = scene;
  sometime(
    scene,
    () => {
      const server = someServer(world);
      strangerUnpauses(scene, server);
      world.agenda.after(world.chance.between(5, 200), () => strangerPauses(scene, server, 5_000));
    },
    "holding",
  );
}

function restartAndShut(scene: Scene): void {
  const { world } = scene;
  sometime(
    scene,
    () =>
      restart(scene, someServer(world), world.chance.between(1, 50), (fresh) => {
        world.agenda.after(world.chance.between(1, 200), () => strangerPauses(scene, fresh, 5_000));
      }),
    "holding",
  );
}

/** A transaction keeps its drain from ending, and ours waits for its turn. */
function pausesBeforeUs(scene: Scene): void {
  const { world } = scene;
  const server = someServer(world);
  server.beginEndless(world.chance.between(5_000, 60_000));
  world.occurred++;
  let hasCome = false;
  scene.onEffect.push(({ kind }) => {
    // Others have no record to open.
    if (hasCome || (kind !== "open-pause" && kind !== "pause")) return;
    hasCome = true;
    strangerPauses(scene, server, world.chance.between(0, 20_000));
  });
}

const OLDER = ["scalardl-3.13", "scalardb-server"] as const;

export const STRANGER_KINDS: readonly Kind[] = [
  {
    name: "somebody else has paused an instance before",
    apartAtMost: 0.02,
    plan: (scene) => {
      scene.world.occurred++;
      strangerPauses(scene, someServer(scene.world), scene.world.chance.between(500, 60_000));
    },
  },
  {
    name: "somebody else pauses too",
    apartAtMost: 0.7,
    plan: (scene) =>
      sometime(scene, () => {
        scene.world.occurred++;
        strangerPauses(scene, someServer(scene.world), scene.world.chance.between(0, 20_000));
      }),
  },
  {
    name: "somebody else's pause still drains when ours arrives",
    apartAtMost: 0.3,
    plan: pausesBeforeUs,
  },
  {
    name: "somebody else unpauses",
    plan: (scene) =>
      sometime(
        scene,
        () => strangerUnpauses(scene, someServer(scene.world)),
        scene.world.chance.pick(["pausing", "holding", "unpausing"]),
      ),
  },
  {
    name: "somebody unpauses in the drain of an older server",
    adjust: (settings, chance) => ({ ...settings, semantics: chance.pick(OLDER) }),
    plan: (scene) => {
      const { world } = scene;
      world.during("pausing", world.chance.between(2, 60), () => {
        for (const server of world.members) strangerUnpauses(scene, server);
      });
    },
  },
  { name: "somebody unpauses and pauses again in the window", apartAtMost: 1, plan: openAndShut },
  { name: "an instance is restarted and paused by somebody", apartAtMost: 1, plan: restartAndShut },
];
