import type { GateSemantics } from "../rehearsal/ledger/gate.ts";
import type { BackupInput } from "../shared/backup/backup-input.ts";
import type { DiscoveryBasis } from "../shared/pause/instance.ts";
import type { Chance } from "./chance.ts";

/** What a deployment of the simulated world is like, before anything goes wrong. */
export interface Settings {
  readonly pause: BackupInput["pause"];
  readonly semantics: GateSemantics;
  readonly basis: DiscoveryBasis;
  /** How many instances each component has. */
  readonly components: Readonly<Record<string, number>>;
  readonly databases: readonly string[];
  /** Of each sweep, how long from one round to the next. */
  readonly sweepsEveryMs: readonly number[];
  /** How far the wall clocks of two hosts may differ. */
  readonly wallSkewMs: number;
  /** How far a database's clock may be from right. */
  readonly databaseSkewMs: number;
  /** How much of a second in 1,000 a clock gains or loses. */
  readonly driftMs: number;
}

/** How a kind of misfortune wants its world. */
export type Adjust = (settings: Settings, chance: Chance) => Settings;

const COMPONENTS: readonly [Settings["components"], ...Settings["components"][]] = [
  { ledger: 1 },
  { ledger: 3 },
  { ledger: 2, auditor: 2 },
  { "cluster-1": 2, "cluster-2": 1 },
];

export function drawSettings(chance: Chance): Settings {
  const rpcDeadlineMs = chance.pick([500, 2_000, 5_000]);
  const drainWaitMs = chance.pick([1_000, 8_000, 30_000]);
  const holdMs = chance.flip(0.7) ? ("auto" as const) : Math.round(chance.between(2_000, 6_000));
  const leastMs = drainWaitMs + Math.max(holdMs === "auto" ? 0 : holdMs, 3_000) + 3 * rpcDeadlineMs;
  const longestMs = Math.round(leastMs + chance.between(1_000, 20_000));
  const pause = { holdMs, drainWaitMs, longestMs, clockAllowanceMs: 250, rpcDeadlineMs };
  return {
    pause,
    semantics: chance.pick(["scalardl-3.14", "scalardl-3.14", "scalardl-3.13", "scalardb-server"]),
    basis: chance.pick(["list", "dns", "kubernetes"]),
    components: chance.pick(COMPONENTS),
    databases: chance.flip(0.7) ? ["main"] : ["main", "other"],
    sweepsEveryMs: chance.flip(0.3) ? [10_000, 3_000] : [10_000],
    wallSkewMs: 100,
    databaseSkewMs: 100,
    driftMs: 0.1,
  };
}
