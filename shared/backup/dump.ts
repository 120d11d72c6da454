import type { Failure } from "../errors/stillpoint-error.ts";
import type { PauseWindow } from "../pause/pause-window.ts";
import { all, asker, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import type { BackupResult } from "./backup-result.ts";
import type { BackupEffects } from "./effects.ts";
import type { Evidence } from "./evidence.ts";
import { boundsOf, type Measured } from "./hold.ts";
import type { Found } from "./judgement.ts";
import { onDatabaseClock, type Snapshot, type Snapshots } from "./snapshot.ts";

const ask = asker<BackupEffects>();

interface Taking {
  readonly withinMs: number;
  /** Of the clocks, so far. */
  readonly measured: Measured;
}

/** Begins all dumps, or has snapshots taken, and answers when every one has been taken. */
export function* takeSnapshots(
  { run, databases, pause }: BackupInput,
  { withinMs, measured }: Taking,
): Workflow<Snapshots> {
  const names = databases.map(({ name }) => name);
  const found = yield* ask("take-snapshots", { run, databases: names, withinMs: Math.floor(withinMs) });
  const bounds = boundsOf(measured, pause.clockAllowanceMs);
  const isOfTool = (name: string) =>
    databases.some((each) => each.name === name && each.kind === "cassandra");
  const snapshots = Object.fromEntries(
    Object.entries(found).map(([name, snapshot]) => [
      name,
      isOfTool(name) ? onDatabaseClock(snapshot, bounds[name]) : snapshot,
    ]),
  );
  const taken = Object.entries(snapshots).map(([database, { atMs }]) => ({ database, atMs }));
  yield* ask("report", { event: { kind: "snapshots", taken } });
  return snapshots;
}

/**
 * Law 2, for artifacts: each snapshot was taken between the two ends of the window, on our clock alone. Without a window
 * nothing is asked of them but to be there.
 */
export function instantsOf(
  { databases, pause }: BackupInput,
  { measured, snapshots, window }: Pick<Evidence, "measured" | "snapshots" | "window">,
): Found {
  const bounds = boundsOf(measured, pause.clockAllowanceMs);
  const seconds: Record<string, Found["seconds"][string]> = {};
  const reasons: string[] = [];
  for (const { name } of databases) {
    const [snapshot, bound] = [snapshots[name], bounds[name]];
    if (snapshot === undefined || bound === undefined) {
      reasons.push(`no snapshot of database "${name}" was taken, or no time of it is known`);
      continue;
    }
    const marginMs = window === undefined ? 0 : marginOf(snapshot, window);
    if (marginMs < 0)
      reasons.push(
        `the snapshot of database "${name}" was not taken inside the window: it may be off by ${(-marginMs).toFixed(0)} ms`,
      );
    seconds[name] = { atSecond: Math.floor(snapshot.atMs / 1000), marginMs, bound };
  }
  return { seconds, reasons };
}

/** How far inside the window it was taken for certain, in ms. */
function marginOf({ begunMs, takenMs }: Snapshot, { startMs, endMs }: PauseWindow): number {
  return Math.min(begunMs - startMs, endMs - takenMs);
}

/** Carries the dumps of a point to their end; where there is no point, ends them and keeps nothing. */
export function* endDumps(result: BackupResult): Workflow<BackupResult> {
  const { point } = result;
  if (point === undefined) {
    yield* all([ask.effect("drop-dumps", {})]);
    return result;
  }
  const [finished] = yield* all<BackupEffects["finish-dumps"]["answer"]>([
    ask.effect("finish-dumps", { point: point.id }),
  ]);
  if (!finished?.ok) return { ...result, failure: finished?.failure ?? unfinished(point.id) };
  return { ...result, point: finished.answer.point };
}

function unfinished(point: string): Failure {
  return { code: "DUMP_FAILED", message: `the dumps of point "${point}" were not carried to their end` };
}
