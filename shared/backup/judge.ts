import { messageOf } from "../errors/stillpoint-error.ts";
import type { ClockBound } from "../pause/clock-bound.ts";
import { type PauseWindow, secondInside } from "../pause/pause-window.ts";
import { verdictFrom } from "../pause/verdict.ts";
import { asker, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import { instantsOf } from "./dump.ts";
import type { BackupEffects, Capture, Clock } from "./effects.ts";
import type { Evidence } from "./evidence.ts";
import { boundsOf, type Measured, measure } from "./hold.ts";
import type { Found, Judgement } from "./judgement.ts";
import { jumpMs } from "./own-clock.ts";
import { captureAll, type Prepared } from "./prepare.ts";
import { takesSnapshots } from "./snapshot.ts";

const ask = asker<BackupEffects>();

/** Nobody is held any more: time for several boundaries, where slow answers leave the bound wide. */
const PROBE_AFTER_MS = 6_000;

/** Law 2: valid only on evidence; anything missing or unknown is a reason against. */
export function* judge(
  input: BackupInput,
  prepared: Prepared,
  evidence: Evidence,
  started: Clock,
): Workflow<Judgement> {
  const { window } = evidence;
  if (evidence.reasons.length > 0 || window === undefined)
    return { verdict: verdictFrom(orUnknown(evidence.reasons)), seconds: {} };
  const reasons: string[] = [];
  const seconds: Record<string, Judgement["seconds"][string]> = {};
  try {
    const { clockAllowanceMs } = input.pause;
    const found = takesSnapshots(input)
      ? instantsOf(input, evidence)
      : yield* secondsInside(input, window, evidence.measured);
    reasons.push(...found.reasons);
    Object.assign(seconds, found.seconds);
    const after = yield* captureAll(Object.keys(prepared.captures), { again: true });
    reasons.push(...changedIdentities(prepared.captures, after), ...uncovered(seconds, after));
    reasons.push(...ownClockReasons(started, yield* ask("now", {}), clockAllowanceMs));
  } catch (error) {
    reasons.push(`the evidence could not be completed: ${messageOf(error)}`);
  }
  return { verdict: verdictFrom(reasons), seconds: reasons.length === 0 ? seconds : {} };
}

/** Law 3, for each database. */
function* secondsInside(
  { pause: { clockAllowanceMs } }: BackupInput,
  window: PauseWindow,
  before: Measured,
): Workflow<Found> {
  const measured = yield* measure(before, { budgetMs: PROBE_AFTER_MS, allowanceMs: clockAllowanceMs });
  const reasons: string[] = [];
  const seconds: Record<string, Judgement["seconds"][string]> = {};
  for (const [database, bound] of Object.entries(boundsOf(measured, clockAllowanceMs))) {
    const inside = bound && secondInside(window, bound);
    if (bound && inside) seconds[database] = { ...inside, bound };
    else
      reasons.push(
        bound ? noSecondFits(database, window.endMs - window.startMs, bound) : clockLies(database, measured),
      );
  }
  return { seconds, reasons };
}

function orUnknown(reasons: readonly string[]): readonly string[] {
  return reasons.length > 0 ? reasons : ["the pause ended without a window"];
}

function noSecondFits(database: string, lengthMs: number, { lowMs, highMs }: ClockBound): string {
  return `no whole second of database "${database}" fits inside the window of ${lengthMs.toFixed(0)} ms: its clock is ${lowMs.toFixed(0)} to ${highMs.toFixed(0)} ms ahead of ours`;
}

function clockLies(database: string, measured: Measured): string {
  const samples = measured[database]?.flat().length ?? 0;
  return `the clock of database "${database}" was stepped or contradicts itself (${samples} answers before, during and after the hold)`;
}

/** Tables that came or went while the backup was taken. */
export function changedIdentities(
  before: Readonly<Record<string, Capture>>,
  after: Readonly<Record<string, Capture>>,
): readonly string[] {
  return Object.entries(before).flatMap(([database, { identity }]) => {
    const now = new Set(after[database]?.identity);
    const same = identity.length === now.size && identity.every((one) => now.has(one));
    return same ? [] : [`the tables of database "${database}" changed while the backup was taken`];
  });
}

/** Point-in-time recovery that was off in between has forgotten what was before. */
function uncovered(
  seconds: Judgement["seconds"],
  captures: Readonly<Record<string, Capture>>,
): readonly string[] {
  return Object.entries(seconds)
    .filter(([database, { atSecond }]) => (captures[database]?.coveredFromSecond ?? 0) > atSecond)
    .map(
      ([database]) =>
        `database "${database}" can no longer be restored to the second that was inside the window`,
    );
}

/** Wall time may only differ from counted time by what the allowance covers, or a step or a freeze went unseen. */
export function ownClockReasons(started: Clock, ended: Clock, allowanceMs: number): readonly string[] {
  const jump = jumpMs(started, ended);
  if (Math.abs(jump) <= allowanceMs) return [];
  return [`our own clock jumped by ${jump.toFixed(0)} ms during the backup, or this host was suspended`];
}
