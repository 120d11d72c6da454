import type { Effect } from "../shared/workflow/effect.ts";
import { pause, unpause } from "./gates.ts";
import type { Host } from "./host.ts";
import { type Oracle, STRANGER } from "./oracle.ts";
import type { Server } from "./server.ts";
import type { Adjust } from "./settings.ts";
import type { Phase, World } from "./world.ts";

/** One run as it is being set up: who is in it, and what they do. */
export interface Scene {
  readonly world: World;
  readonly oracle: Oracle;
  /** Where the first backup runs. */
  readonly host: Host;
  readonly sweepers: Host[];
  newSweeper(): Host;
  /** Takes a second backup of the same deployment, once it may. */
  secondBackup(): void;
  /** Others that have not done yet what they are here for. */
  busyOthers: number;
  /** Called before each effect of the first backup, and of every sweep. */
  readonly onEffect: ((effect: Effect) => void)[];
  readonly onSweepEffect: ((host: Host, effect: Effect) => void)[];
}

/** One kind of thing that goes wrong. */
export interface Kind {
  readonly name: string;
  readonly adjust?: Adjust;
  /** Puts on the agenda what is to go wrong; `world.occurred` counts how often it did. */
  readonly plan: (scene: Scene) => void;
  /**
   * In what share of its runs at most something may be filed apart: where nobody can see or help it. Everywhere else
   * nothing is.
   */
  readonly apartAtMost?: number;
}

const PHASES = ["preparing", "pausing", "holding", "unpausing", "ended"] as const;
/** How long after the beginning of its phase something happens, at most; a second is what a window needs. */
const SPREAD_MS = 2_000;

function somePhase({ chance }: World): Phase {
  return chance.pick(PHASES);
}

/** At some moment of the first backup's life. */
export function sometime({ world }: Scene, act: () => void, phase: Phase = somePhase(world)): void {
  world.during(phase, world.chance.between(0, SPREAD_MS), act);
}

/** One of the deployment's instances, one that is up where there is one. */
export function someServer({ chance, members }: World): Server {
  const up = members.filter(({ isUp }) => isUp);
  const among = up.length > 0 ? up : members;
  return among[chance.below(among.length)] as Server;
}

/** Counts, and says, whether something befalls a backup that is at work still. */
export function befalls(scene: Scene): boolean {
  if (!isAtWork(scene)) return false;
  scene.world.occurred++;
  return true;
}

function isAtWork({ oracle, host }: Scene): boolean {
  return host.isAlive && oracle.known.get(host.name)?.hasEnded === false;
}

const STRANGERS_DRAIN_WAIT_MS = 30_000;
const STRANGERS_DEADLINE_MS = 60_000;

/** Somebody pauses an instance by hand, and unpauses it after a while. */
export function strangerPauses(scene: Scene, server: Server, holdMs: number): void {
  const { world } = scene;
  scene.busyOthers++;
  const caller = { host: world.newHost(STRANGER), wire: world.wire, party: STRANGER };
  const limits = { drainWaitMs: STRANGERS_DRAIN_WAIT_MS, deadlineMs: STRANGERS_DEADLINE_MS };
  const leave = () =>
    unpause(caller, [server.instance], { deadlineMs: STRANGERS_DEADLINE_MS }, () => {
      scene.busyOthers--;
    });
  pause(caller, [server.instance], limits, () => {
    caller.host.after(holdMs, leave);
  });
}

export function strangerUnpauses({ world }: Scene, server: Server): void {
  world.occurred++;
  const caller = { host: world.newHost(STRANGER), wire: world.wire, party: STRANGER };
  unpause(caller, [server.instance], { deadlineMs: STRANGERS_DEADLINE_MS }, () => {});
}
