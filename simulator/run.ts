import type { Host } from "./host.ts";
import { Oracle } from "./oracle.ts";
import { type Report, reportOf } from "./report.ts";
import type { Kind, Scene } from "./scene.ts";
import { startBackup, startSweeping } from "./stillpoint.ts";
import { World } from "./world.ts";

/** Longer than anything that is planned; a run that is not over by then has something left paused. */
export const HORIZON_MS = 1_200_000;
const TRY_AGAIN_MS = 5_000;
const MOST_TRIES = 40;

/** The scene of a run: its number decides everything that is left to chance. */
export function newScene(number: number, { adjust, plan }: Kind, onNote?: (text: string) => void): Scene {
  const world = new World(String(number), adjust);
  world.agenda.onNote = onNote;
  const oracle = new Oracle(world);
  const sweepers: Host[] = [];
  let backups = 1;
  const scene: Scene = {
    world,
    oracle,
    host: world.newHost("backup-1"),
    sweepers,
    newSweeper: () => {
      const host = world.newHost(`sweep ${sweepers.length + 1}`);
      sweepers.push(host);
      return host;
    },
    secondBackup: () => trySecond(scene, `backup-${++backups}`, 1),
    busyOthers: 0,
    onEffect: [],
    onSweepEffect: [],
  };
  plan(scene);
  return scene;
}

/** Another host tries again and again, as a schedule does, until it has had its turn. */
function trySecond(scene: Scene, name: string, attempt: number): void {
  scene.busyOthers++;
  const host = scene.world.newHost(`${name}, attempt ${attempt}`);
  startBackup(scene, host, {
    onEnd: (ended) => {
      scene.busyOthers--;
      if (ended.kind === "returned" || attempt === MOST_TRIES) return;
      scene.busyOthers++;
      scene.world.agenda.after(TRY_AGAIN_MS, () => {
        scene.busyOthers--;
        trySecond(scene, name, attempt + 1);
      });
    },
  });
}

/** One complete run of ours: a backup, the sweep beside it, and what goes wrong. */
export function runStillpoint(number: number, kind: Kind, onNote?: (text: string) => void): Report {
  const scene = newScene(number, kind, onNote);
  const { world, oracle, host } = scene;
  let because: string | undefined;
  let hasEnded = false;
  const isOver = rested(scene, () => hasEnded || !host.isAlive);
  for (const everyMs of world.settings.sweepsEveryMs) startSweeping(scene, everyMs, isOver);
  startBackup(scene, host, {
    onEffect: (effect) => {
      for (const act of scene.onEffect) act(effect);
    },
    onPhase: (phase) => world.begin(phase),
    onEnd: (ended) => {
      hasEnded = true;
      if (ended.kind === "threw") because = ended.failure.message;
      else if (ended.value.verdict.kind === "invalid") because = ended.value.verdict.reasons.join("; ");
      world.agenda.note(() => `${host.name} ends: ${because ?? "valid"}`);
    },
  });
  world.agenda.run(HORIZON_MS, () => oracle.look());
  oracle.judgeEnd();
  const isValid = world.catalog.points.some(
    ({ pause }) => world.catalog.pauses.get(pause ?? "")?.run === host.name,
  );
  return reportOf(scene, isValid, host.isAlive ? because : "it died");
}

/** Whether nothing has been left to do for longer than any message or drain can still be under way. */
function rested(scene: Scene, isDone: () => boolean): () => boolean {
  const { world } = scene;
  const { drainWaitMs, rpcDeadlineMs } = world.settings.pause;
  let restlessMs = 0;
  return () => {
    const isRestless = !isDone() || scene.busyOthers > 0 || world.catalog.unsettled.length > 0;
    if (isRestless) restlessMs = world.agenda.nowMs;
    return world.agenda.nowMs - restlessMs > 2 * (drainWaitMs + rpcDeadlineMs);
  };
}
