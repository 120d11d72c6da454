import { befalls, type Kind, type Scene, sometime } from "../scene.ts";

/** A backup that nothing disturbs asks for about as many effects. */
const EFFECTS = 45;
/** Long enough for the deadline to pass, its sweep to settle, and another backup to begin. */
const LONG_MS = 90_000;
const HOUR_MS = 3_600_000;

function kill(scene: Scene): void {
  if (befalls(scene)) scene.host.kill();
}

/** At some step: just before it is carried out, or while its answer is on the way. */
function killAtSomeStep(scene: Scene): void {
  const { chance, agenda } = scene.world;
  let left = chance.below(EFFECTS);
  const delayMs = chance.flip(0.5) ? 0 : chance.exponential(3);
  scene.onEffect.push(() => {
    if (left-- !== 0) return;
    if (delayMs === 0) kill(scene);
    else agenda.after(delayMs, () => kill(scene));
  });
}

function freezeFor(scene: Scene, ms: number): void {
  if (!befalls(scene)) return;
  scene.host.freeze(ms);
  scene.secondBackup();
}

/** Its record is swept and settled while it stands between its last look and its first Pause. */
function freezeBeforePause(scene: Scene): void {
  const { chance, settings } = scene.world;
  const ms = settings.pause.longestMs + chance.between(0, LONG_MS);
  scene.onEffect.push(({ kind }) => {
    if (kind === "pause") freezeFor(scene, ms);
  });
}

export const PROCESS_KINDS: readonly Kind[] = [
  { name: "the backup is killed at some step", plan: killAtSomeStep },
  {
    name: "the backup is killed at some moment",
    plan: (scene) => sometime(scene, () => kill(scene)),
  },
  {
    name: "the backup is killed, and then sweeps too",
    plan: (scene) => {
      const { chance } = scene.world;
      sometime(scene, () => kill(scene), chance.pick(["pausing", "holding"]));
      scene.onSweepEffect.push((host) => {
        if (scene.host.isAlive || scene.sweepers.length > 4 || !chance.flip(0.15)) return;
        scene.world.occurred++;
        host.kill();
      });
    },
  },
  {
    name: "the backup is killed, and sweeps stand still in their rounds",
    apartAtMost: 0.02,
    plan: (scene) => {
      const { chance } = scene.world;
      let left = 3;
      sometime(scene, () => kill(scene), chance.pick(["pausing", "holding"]));
      scene.onSweepEffect.push((host, { kind }) => {
        if (scene.host.isAlive || kind === "open-pauses" || left === 0 || !chance.flip(0.3)) return;
        left--;
        scene.world.occurred++;
        host.freeze(chance.between(1_000, LONG_MS));
        scene.secondBackup();
      });
    },
  },
  {
    name: "the backup is killed, and the sweep's messages are lost or late",
    plan: (scene) => {
      const { chance, wire, settings } = scene.world;
      sometime(scene, () => kill(scene), chance.pick(["pausing", "holding"]));
      for (const kind of ["lose-request", "lose-answer", "delay-request", "delay-answer"] as const)
        wire.faults.push({
          kind,
          matches: ({ from }) => scene.sweepers.includes(from) && chance.flip(0.5),
          delayMs: chance.between(1, settings.pause.rpcDeadlineMs),
          left: chance.below(6),
        });
      scene.world.counters.push(() => wire.hits);
    },
  },
  {
    name: "the backup is killed, and the sweep's questions to the catalog fail",
    plan: (scene) => {
      const { chance, catalog } = scene.world;
      sometime(scene, () => kill(scene), chance.pick(["pausing", "holding"]));
      for (const kind of ["refused", "unknown"] as const)
        catalog.faults.push({
          kind,
          matches: (from) => scene.sweepers.includes(from) && chance.flip(0.5),
          left: chance.below(8),
        });
      scene.world.counters.push(() => catalog.hits);
    },
  },
  {
    name: "the backup is killed, and the sweep's clock is set back",
    plan: (scene) => {
      sometime(scene, () => kill(scene), "holding");
      sometime(
        scene,
        () => {
          for (const host of scene.sweepers) host.wall.step(scene.world.agenda.nowMs, -HOUR_MS);
        },
        "holding",
      );
    },
  },
  {
    name: "the backup is interrupted (SIGINT, SIGTERM)",
    plan: (scene) =>
      sometime(scene, () => {
        if (befalls(scene)) scene.host.interrupt();
      }),
  },
  {
    name: "the backup's process stands still, and another begins",
    plan: (scene) => sometime(scene, () => freezeFor(scene, scene.world.chance.between(1_000, LONG_MS))),
  },
  {
    name: "the backup stands still just before its first Pause",
    apartAtMost: 0.1,
    plan: freezeBeforePause,
  },
  {
    name: "it stands still before its first Pause, and dies waking",
    apartAtMost: 1,
    plan: (scene) => {
      freezeBeforePause(scene);
      const { wire } = scene.world;
      wire.faults.push({
        kind: "delay-answer",
        delayMs: 50,
        left: Number.POSITIVE_INFINITY,
        matches: ({ from, request }) => {
          if (from !== scene.host || request.kind !== "pause" || scene.world.occurred === 0) return false;
          scene.world.agenda.after(10, () => scene.host.kill());
          return true;
        },
      });
    },
  },
  {
    name: "the backup's machine is suspended, its counted time too",
    plan: (scene) =>
      sometime(scene, () => {
        if (!befalls(scene)) return;
        scene.host.suspend(scene.world.chance.between(100, LONG_MS));
        scene.secondBackup();
      }),
  },
  {
    name: "two backups at the same time",
    plan: (scene) =>
      sometime(scene, () => {
        befalls(scene);
        scene.secondBackup();
      }),
  },
];
