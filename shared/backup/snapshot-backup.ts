import { addressOf, type Discovery } from "../pause/instance.ts";
import { all, answerOf, asker, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import type { BackupResult } from "./backup-result.ts";
import { endDumps, instantsOf, takeSnapshots } from "./dump.ts";
import type { BackupEffects } from "./effects.ts";
import { refuseJump } from "./own-clock.ts";
import { prepareDatabases } from "./prepare.ts";
import { reportPoint, restorePoint } from "./restore-point.ts";

const ask = asker<BackupEffects>();

/** Locks that DDL holds are waited for, and nobody is held meanwhile. */
const SNAPSHOT_LIMIT_MS = 120_000;

/**
 * A backup of one database that holds all tables: one transaction of its own sees a consistent state of it, so that
 * nobody is paused. (ScalarDB's guide: a single relational database with transactional backups needs no pause.)
 */
export function* snapshotBackup(input: BackupInput): Workflow<BackupResult> {
  const began = yield* ask("now", {});
  const prepared = { ...(yield* prepareDatabases(input)), discovery: yield* whoeverIsThere() };
  const snapshots = yield* takeSnapshots(input, {
    withinMs: SNAPSHOT_LIMIT_MS,
    measured: prepared.measured,
  });
  const taken = yield* ask("now", {});
  refuseJump(began, taken, input.pause.clockAllowanceMs);
  const { seconds } = instantsOf(input, { measured: prepared.measured, snapshots });
  const point = restorePoint(input, prepared, { seconds, snapshots, nowMs: taken.wallMs });
  const [pointed] = yield* all([ask.effect("record-point", { point })]);
  if (!pointed?.ok) {
    yield* all([ask.effect("drop-dumps", {})]);
    answerOf(pointed);
  }
  yield* reportPoint(point);
  return yield* endDumps({ verdict: { kind: "valid" }, heldMs: 0, stillPaused: [], leftAlone: [], point });
}

/** For the restore, which wants them stopped. Nothing rests on them here, so that none at all will do. */
function* whoeverIsThere(): Workflow<Discovery> {
  const [found] = yield* all<Discovery>([ask.effect("discover", {})]);
  const discovery: Discovery = found?.ok ? found.answer : { instances: [], basis: "list" };
  const instances = discovery.instances.map(addressOf);
  if (instances.length > 0)
    yield* ask("report", { event: { kind: "discovered", instances, basis: discovery.basis } });
  return discovery;
}
