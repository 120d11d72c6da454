import { setTimeout as delay } from "node:timers/promises";
import { laterOf } from "../backup/own-clock.ts";
import type { Swept } from "../backup/sweep.ts";
import { messageOf } from "../errors/stillpoint-error.ts";
import { Heart } from "./heart.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { sweepPauses } from "./sweep-pauses.ts";
import { troubleIn, untilNextRound } from "./sweep-round.ts";

/** The shortest pause is a second, so a pause is known to its guard before it is overdue. */
const INTERVAL_MS = 1_000;
/** After the lease's end. Who has not answered for so long needs a person; the record stays under the sweep. */
const GIVE_UP_AFTER_MS = 3_600_000;

/**
 * Sweeps beside one backup, in a process that shares nothing with it but the catalog: until the lease is no longer
 * that backup's, and no pause of the deployment needs a sweep.
 */
export async function guardBackup(open: OpenDeployment, run: string, signal: AbortSignal): Promise<void> {
  const { catalog, clock, settings } = open;
  const lease = await catalog.lease(settings.name);
  const of = { kind: "guard", deployment: settings.name, run } as const;
  await using heart = new Heart(catalog, of, { intervalMs: INTERVAL_MS, deployments: [settings.name] });
  await heart.beat();
  // Counted rather than read off the wall: a host that slept has not used up its guard's life.
  const untilMs = clock.oursMs() + ((lease?.untilMs ?? 0) - clock.wallMs()) + GIVE_UP_AFTER_MS;
  let round: Round = { over: false, nextMs: 0, trouble: undefined, quietUntilMs: 0 };
  do {
    await delay(round.nextMs, undefined, { signal }).catch(() => {});
    round = await guardRound(open, run, round).catch((error: unknown) => ({
      over: false,
      nextMs: INTERVAL_MS,
      trouble: messageOf(error),
      quietUntilMs: 0,
    }));
    heart.tell(round.trouble);
  } while (!round.over && clock.oursMs() <= untilMs && !signal.aborted);
}

interface Round {
  readonly over: boolean;
  readonly nextMs: number;
  readonly trouble: string | undefined;
  /** Until then, on wall time, no record needs a look as long as the lease is held. */
  readonly quietUntilMs: number;
}

/**
 * The lease is read first: no record is opened once it is gone. Once its backup's pause is known, the lease alone is
 * looked at until the deadline: the catalog may hold the pauses of years, and the host is at work on a backup.
 */
async function guardRound(open: OpenDeployment, run: string, last: Round): Promise<Round> {
  const { clock } = open;
  const held = await isHeld(open, run);
  const nowMs = laterOf(clock.read());
  if (held && nowMs <= last.quietUntilMs)
    return { ...last, nextMs: Math.min(INTERVAL_MS, last.quietUntilMs - nowMs + 1) };
  const swept = await sweepPauses(open);
  return {
    over: !held && swept.every(({ kind }) => kind === "closed"),
    nextMs: untilNextRound(swept, laterOf(clock.read()), INTERVAL_MS),
    trouble: troubleIn(swept),
    quietUntilMs: quietUntil(swept),
  };
}

/** One backup at a time has the lease, and one pause. */
function quietUntil(swept: readonly Swept[]): number {
  const [due, ...others] = swept.filter(({ kind }) => kind !== "closed");
  return due?.kind === "not-due" && others.length === 0 ? due.deadlineMs : 0;
}

async function isHeld({ catalog, clock, settings }: OpenDeployment, run: string): Promise<boolean> {
  const lease = await catalog.lease(settings.name);
  return lease?.holder?.run === run && (lease.untilMs ?? 0) >= clock.wallMs();
}
