import { NOISE_KINDS } from "../simulator/kinds/noise.ts";
import { runStillpoint } from "../simulator/run.ts";
import type { Kind } from "../simulator/scene.ts";

/** How long `hold: auto` holds the instances, by what is allowed for the clocks; virtual time, nothing goes wrong. */
const RUNS = 1_000;
const ALLOWANCES_MS = [50, 200, 250, 1_000];
const [quiet] = NOISE_KINDS as readonly [Kind, ...Kind[]];

for (const clockAllowanceMs of ALLOWANCES_MS) {
  const kind: Kind = {
    ...quiet,
    adjust: (settings) => ({
      ...settings,
      pause: { ...settings.pause, holdMs: "auto", clockAllowanceMs, longestMs: 60_000 },
    }),
  };
  const reports = Array.from({ length: RUNS }, (_, number) => runStillpoint(number, kind));
  const held = reports.flatMap(({ heldMs }) => heldMs ?? []).sort((a, b) => a - b);
  const at = (share: number) =>
    ((held[Math.floor(share * (held.length - 1))] ?? Number.NaN) / 1000).toFixed(2);
  console.log(
    `clock bound of ${clockAllowanceMs / 1000} s a side: held for ${at(0.5)} s (median), ${at(0.99)} s (p99); ${held.length} of ${RUNS} backups valid`,
  );
}
