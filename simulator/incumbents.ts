import type { Clock } from "../shared/backup/effects.ts";
import type { Discovery, Instance, PauseOutcome, UnpauseOutcome } from "../shared/pause/instance.ts";
import { asker, sleep, type Workflow } from "../shared/workflow/effect.ts";

/** What the algorithms of others ask of the world. Their calls have no deadlines. */
export type IncumbentEffects = {
  now: { input: object; answer: Clock };
  /** By the orchestrator, with the versions of all objects, or by the DNS. */
  discover: { input: { by: "kubernetes" | "dns" }; answer: Discovery & { readonly versions: string } };
  pause: {
    input: { instances: readonly Instance[]; drainWaitMs: number };
    answer: { readonly outcomes: readonly PauseOutcome[] };
  };
  unpause: { input: { instances: readonly Instance[] }; answer: readonly UnpauseOutcome[] };
  /** The node snapshots of a cluster: answers when they are taken. */
  snapshot: { input: object; answer: null };
};

/** What one of them calls a good backup: what it says was quiet, on its own clock. */
export interface Claimed {
  readonly fromMs: number;
  readonly toMs: number;
  /** A second of point-in-time recovery, on the database's clock, or what was done in that time itself. */
  readonly kind: "second" | "snapshot";
  readonly instances: readonly Instance[];
}

const ask = asker<IncumbentEffects>();

/** The server's own default, where the caller names none. */
const DRAIN_WAIT_MS = 30_000;
const HOLD_MS = 5_000;
const UNPAUSE_TRIES = 4;

/**
 * scalar-admin-for-kubernetes 1.4.0, as its source says: pause all, note the time, sleep, note the time, unpause with
 * three more tries at once, list again, and compare restart counts and resource versions. The unpause is tried also
 * after a failed pause. Restored is the middle of the two times, a whole second of it.
 * https://github.com/scalar-labs/scalar-admin-for-kubernetes
 */
export function* scalarAdminForKubernetes(): Workflow<Claimed> {
  const before = yield* ask("discover", { by: "kubernetes" });
  const { instances } = before;
  const times: number[] = [];
  try {
    yield* pauseAll(instances);
    times.push((yield* ask("now", {})).wallMs);
    yield* sleep(HOLD_MS, false);
    times.push((yield* ask("now", {})).wallMs);
  } finally {
    yield* unpauseAll(instances, UNPAUSE_TRIES);
  }
  const after = yield* ask("discover", { by: "kubernetes" });
  if (after.versions !== before.versions) throw new Error("the pods or the deployment have changed");
  const [startMs = 0, endMs = 0] = times;
  const second = Math.floor((startMs + endMs) / 2 / 1000) * 1000;
  return { kind: "second", fromMs: second, toMs: second + 1000, instances };
}

/**
 * Cassy, as its source says: look up the SRV records, pause all, snapshot every node, look up again, unpause all.
 * Nothing is unpaused after a failure, nothing is asked again, and no window is recorded.
 * https://github.com/scalar-labs/cassy
 */
export function* cassy(): Workflow<Claimed> {
  const { instances } = yield* ask("discover", { by: "dns" });
  yield* pauseAll(instances);
  const { oursMs: fromMs } = yield* ask("now", {});
  yield* ask("snapshot", {});
  const { oursMs: toMs } = yield* ask("now", {});
  yield* unpauseAll((yield* ask("discover", { by: "dns" })).instances, 1);
  return { kind: "snapshot", fromMs, toMs, instances };
}

function* pauseAll(instances: readonly Instance[]): Workflow<void> {
  const { outcomes } = yield* ask("pause", { instances, drainWaitMs: DRAIN_WAIT_MS });
  if (outcomes.some(({ kind }) => kind !== "paused")) throw new Error("a pause failed");
}

function* unpauseAll(instances: readonly Instance[], tries: number): Workflow<void> {
  for (let left = tries; left > 0; left--) {
    const outcomes = yield* ask("unpause", { instances });
    if (outcomes.every(({ kind }) => kind === "ok")) return;
  }
  throw new Error("an unpause failed");
}
