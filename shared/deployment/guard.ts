import { setTimeout as delay } from "node:timers/promises";
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
  await using heart = new Heart(catalog, of, INTERVAL_MS);
  await heart.beat();
  // Counted rather than read off the wall: a host that slept has not used up its guard's life.
  const untilMs = clock.oursMs() + ((lease?.untilMs ?? 0) - clock.wallMs()) + GIVE_UP_AFTER_MS;
  for (;;) {
    const round = await guardRound(open, run).catch((error: unknown) => ({
      over: false,
      nextMs: INTERVAL_MS,
      trouble: messageOf(error),
    }));
    heart.tell(round.trouble);
    if (round.over || clock.oursMs() > untilMs || signal.aborted) return;
    await delay(round.nextMs, undefined, { signal }).catch(() => {});
  }
}

interface Round {
  readonly over: boolean;
  readonly nextMs: number;
  readonly trouble: string | undefined;
}

/** The lease is read first: no record is opened once it is gone. */
async function guardRound(open: OpenDeployment, run: string): Promise<Round> {
  const held = await isHeld(open, run);
  const swept = await sweepPauses(open);
  return {
    over: !held && swept.every(({ kind }) => kind === "closed"),
    nextMs: untilNextRound(swept, open.clock.wallMs(), INTERVAL_MS),
    trouble: troubleIn(swept),
  };
}

async function isHeld({ catalog, clock, settings }: OpenDeployment, run: string): Promise<boolean> {
  const lease = await catalog.lease(settings.name);
  return lease?.holder?.run === run && (lease.untilMs ?? 0) >= clock.wallMs();
}
