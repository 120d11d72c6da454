import type { Swept } from "../backup/sweep.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type SweptAll, sweepFailure } from "./sweep-all.ts";
import { troubleIn } from "./sweep-round.ts";

/** A round that was made is told even where nothing was to do: its absence is what an alarm looks for. */
export async function announceSweep(
  telemetry: Telemetry,
  configured: readonly string[],
  round: SweptAll,
): Promise<void> {
  telemetry.measureAll("SweepRound", 1);
  const failure = sweepFailure(round);
  if (failure) telemetry.log("error", failure.message, { code: failure.code });
  // Nobody knows whose a record is that cannot be read, and a deployment that is not configured has no alarm.
  const strange = round.records.filter((one) => !configured.includes(one.deployment));
  const ownerless = round.unreadable.length > 0 || troubleIn(strange) !== undefined;
  for (const deployment of new Set([...configured, ...round.records.map((one) => one.deployment)])) {
    const its = round.records.filter((one) => one.deployment === deployment);
    const trouble = troubleIn(its) !== undefined || ownerless;
    telemetry.measure("SweepTrouble", trouble ? 1 : 0, deployment);
    for (const one of its) await announceOne(telemetry, one);
  }
}

async function announceOne(telemetry: Telemetry, one: Swept): Promise<void> {
  telemetry.log("info", "sweep", { ...one });
  if (one.kind !== "unsettled" || one.stillPaused.length === 0) return;
  const { deployment, pause, stillPaused } = one;
  telemetry.measure("StillPaused", stillPaused.length, deployment);
  await telemetry.announce({ kind: "instance.still-paused", deployment, run: pause, instances: stillPaused });
}
