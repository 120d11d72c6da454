import { backup } from "../shared/backup/backup.ts";
import type { BackupResult } from "../shared/backup/backup-result.ts";
import type { WindowEffects } from "../shared/backup/effects.ts";
import { type SweepEffects, type Swept, sweep } from "../shared/backup/sweep.ts";
import { addressOf } from "../shared/pause/instance.ts";
import type { Effect } from "../shared/workflow/effect.ts";
import { drive, type Ended } from "./drive.ts";
import { backupHandlers, performing, sweepHandlers } from "./handlers.ts";
import type { Host } from "./host.ts";
import { newMemory } from "./memory.ts";
import type { Scene } from "./scene.ts";
import type { Server, Token } from "./server.ts";
import type { Phase, World } from "./world.ts";

const PHASE_OF_EFFECT: Readonly<Record<string, Phase>> = { pause: "pausing", unpause: "unpausing" };

export interface Starting {
  /** Called at every step, so that a process can die at any of them. */
  readonly onEffect?: (effect: Effect) => void;
  /** Told of each phase as it begins. */
  readonly onPhase?: (phase: Phase) => void;
  readonly onEnd: (ended: Ended<BackupResult>) => void;
}

/** Starts our backup, as it is, in this process; its run is called after the host. */
export function startBackup(scene: Scene, host: Host, { onEffect, onPhase, onEnd }: Starting): void {
  const { world, oracle } = scene;
  const memory = newMemory();
  const known = { host, memory, hasEnded: false };
  oracle.known.set(host.name, known);
  const handlers = backupHandlers(scene, host, memory);
  const perform = performing<WindowEffects>({
    ...handlers,
    report: (input, done) => {
      if (input.event.kind === "paused") onPhase?.("holding");
      handlers.report(input, done);
    },
  });
  onPhase?.("preparing");
  drive(host, backup({ ...world.input, run: host.name }), {
    perform,
    onEffect: (effect) => {
      const phase = PHASE_OF_EFFECT[effect.kind];
      if (phase !== undefined) onPhase?.(phase);
      onEffect?.(effect);
    },
    onEnd: (ended) => {
      known.hasEnded = true;
      onEnd(ended);
      onPhase?.("ended");
    },
  });
}

/** One round of the sweep, in a process of its own. */
function sweepOnce(scene: Scene, host: Host, onEnd: () => void): void {
  const { world, oracle } = scene;
  const memory = newMemory();
  oracle.known.set(host.name, { host, memory, hasEnded: false });
  const due = overdue(world, host);
  const before = world.wire.hits + world.catalog.hits;
  drive<readonly Swept[]>(host, sweep(host.name), {
    perform: performing<SweepEffects>(sweepHandlers(scene, host, memory)),
    onEffect: (effect) => {
      for (const act of scene.onSweepEffect) act(host, effect);
    },
    onEnd: () => {
      const isUndisturbed = world.wire.hits + world.catalog.hits === before;
      const left = due.filter((one) => isLeftShut(one) && !memory.held.has(one.server.address));
      if (isUndisturbed) for (const { server, token } of left) oracle.judgeSweep(server, token);
      onEnd();
    },
  });
}

interface Due {
  readonly server: Server;
  readonly token: Token;
  readonly closedSinceMs: number | undefined;
}

/** What this sweep must open: paused by one whose deadline has passed, and within reach. */
function overdue(world: World, host: Host): readonly Due[] {
  const nowMs = Math.max(...Object.values(host.read()));
  const records = world.catalog.unsettled.filter(
    ({ state, deadlineMs }) => state !== "open" || nowMs > deadlineMs,
  );
  return world.servers
    .filter((server) => server.closedSinceMs !== undefined && !server.isSilent)
    .flatMap((server) =>
      [...server.holders]
        .filter(({ party }) =>
          records.some(
            ({ run, unsettled }) => run === party && unsettled.includes(addressOf(server.instance)),
          ),
        )
        .map((token) => ({ server, token, closedSinceMs: server.closedSinceMs })),
    );
}

function isLeftShut({ server, token, closedSinceMs }: Due): boolean {
  return server.closedSinceMs === closedSinceMs && server.holders.has(token) && !server.isSilent;
}

/** Sweeps again and again, whatever becomes of each round; a new process takes the place of one that died. */
export function startSweeping(scene: Scene, everyMs: number, isOver: () => boolean): void {
  const { world } = scene;
  let host: Host | undefined;
  let isAtWork = false;
  const round = () => {
    if (isOver()) return;
    if (host === undefined || !host.isAlive) {
      host = scene.newSweeper();
      isAtWork = false;
    }
    const by = host;
    if (!isAtWork) {
      isAtWork = true;
      sweepOnce(scene, by, () => {
        if (host === by) isAtWork = false;
      });
    }
    world.agenda.after(everyMs, round);
  };
  world.agenda.after(world.chance.between(0, everyMs), round);
}
