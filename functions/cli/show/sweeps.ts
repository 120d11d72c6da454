import { isLiving } from "../../../shared/catalog/heartbeat.ts";
import type { Heartbeat } from "../../../shared/catalog/model.ts";
import { counted, fact, listed } from "./text.ts";
import { showSpan, showTime } from "./time.ts";

/** `watch on ops-2 (process 4242)` */
function sweepText({ of, host, process }: Heartbeat): string {
  switch (of.kind) {
    case "guard":
      return `guard of ${of.run} on ${host} (process ${process})`;
    case "watch":
      return `watch on ${host} (process ${process})`;
    case "schedule":
      return `function ${host}, called by its schedule`;
    default:
      return of satisfies never;
  }
}

/** What a backup says of those that would open its gates if it died. */
export function guardLines(mine: Heartbeat, others: readonly Heartbeat[]): readonly string[] {
  const guard = `process ${mine.process} of this host opens what is overdue if this process dies`;
  const elsewhere = others.filter((other) => other.of.kind !== "guard" && other.host !== mine.host);
  return [
    ...fact("guard", guard),
    ...(elsewhere.length > 0
      ? fact("sweep", `${listed(elsewhere.map(sweepText))} would do so too if this host died`)
      : fact(
          "sweep",
          "none on another host is known, and the guard dies with this host; on another one run: stillpoint sweep --watch",
        )),
  ];
}

export interface Looking {
  readonly nowMs: number;
  /** Records past their deadline that are not closed. */
  readonly overdue: number;
}

/**
 * Which sweeps look after the catalog. One that ended with everything done is nobody's concern any more; one that
 * gave up is.
 */
export function sweepLines(sweeps: readonly Heartbeat[], { nowMs, overdue }: Looking): readonly string[] {
  const living = sweeps.filter((one) => isLiving(one, nowMs));
  const lost = sweeps.filter((one) => one.endedMs === undefined && !isLiving(one, nowMs));
  const gaveUp = sweeps.filter((one) => one.endedMs !== undefined && one.trouble !== undefined);
  return [
    "sweeps",
    ...living.flatMap((one) =>
      fact("alive", `${sweepText(one)}, seen ${agoText(one, nowMs)}${troubleText(one)}`),
    ),
    ...lost.flatMap((one) =>
      fact("LOST", `${sweepText(one)}, last seen ${showTime(one.beatMs)}${troubleText(one)}`),
    ),
    ...gaveUp.flatMap((one) =>
      fact("GAVE UP", `${sweepText(one)}, at ${showTime(one.beatMs)}${troubleText(one)}`),
    ),
    ...(living.length === 0 && overdue > 0
      ? fact("NEEDED", `${counted(overdue, "pause")} past the deadline: stillpoint sweep`)
      : []),
    ...(living.length > 0
      ? []
      : fact(
          "alive",
          "none; each backup starts a guard of its own, which dies with its host; on another one run: stillpoint sweep --watch",
        )),
  ];
}

function agoText({ beatMs }: Heartbeat, nowMs: number): string {
  return `${showSpan(Math.max(0, nowMs - beatMs))} ago`;
}

function troubleText({ trouble }: Heartbeat): string {
  return trouble === undefined ? "" : `; its last round: ${trouble}`;
}
