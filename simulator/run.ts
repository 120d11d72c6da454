import type { Host } from "./host.ts";
import { type Finding, Oracle } from "./oracle.ts";
import type { Kind, Scene } from "./scene.ts";
import { startBackup, startSweeping } from "./stillpoint.ts";
import { World } from "./world.ts";

/** How one run ended, by what is true. */
export interface Report {
  readonly findings: readonly Finding[];
  /** Whether the first backup has given a restore point. */
  readonly isValid: boolean;
  /** How many times what the run is about really happened. */
  readonly occurred: number;
  readonly longestAfterDeathMs: number;
  /** Why there is no restore point. */
  readonly because: string | undefined;
}

/** Longer than anything that is planned; a run that is not over by then has something left paused. */
const HORIZON_MS = 1_200_000;
const TRY_AGAIN_MS = 5_000;
const MOST_TRIES = 40;

export function newScene(seed: string, { adjust, plan }: Kind): Scene {
  const world = new World(seed, adjust);
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
export function runStillpoint(seed: string, kind: Kind): Report {
  const scene = newScene(seed, kind);
  const { world, oracle, host } = scene;
  let because: string | undefined;
  let hasEnded = false;
  startSweeping(
    scene,
    rested(scene, () => hasEnded || !host.isAlive),
  );
  startBackup(scene, host, {
    ...(scene.onEffect && { onEffect: scene.onEffect }),
    onPhase: (phase) => world.begin(phase),
    onEnd: (ended) => {
      hasEnded = true;
      if (ended.kind === "threw") because = ended.failure.message;
      else if (ended.value.verdict.kind === "invalid") because = ended.value.verdict.reasons.join("; ");
    },
  });
  world.agenda.run(HORIZON_MS, () => oracle.look());
  oracle.judgeEnd();
  return {
    findings: oracle.findings,
    isValid: world.catalog.points.some(
      ({ pause }) => world.catalog.pauses.get(pause ?? "")?.run === host.name,
    ),
    occurred: occurrences(world),
    longestAfterDeathMs: oracle.longestAfterDeathMs,
    because: host.isAlive ? because : "it died",
  };
}

export function occurrences({ occurred, counters }: World): number {
  return counters.reduce((sum, count) => sum + count(), occurred);
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
