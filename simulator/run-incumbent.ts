import type { Workflow } from "../shared/workflow/effect.ts";
import { drive, type Ended, succeed } from "./drive.ts";
import { pause, unpause } from "./gates.ts";
import { performing, type SimulatedHandlers } from "./handlers.ts";
import type { Claimed, IncumbentEffects } from "./incumbents.ts";
import { newMemory } from "./memory.ts";
import { type Report, reportOf } from "./report.ts";
import { HORIZON_MS, newScene } from "./run.ts";
import type { Kind, Scene } from "./scene.ts";
import type { Phase } from "./world.ts";

const PHASE_OF_EFFECT: Readonly<Record<string, Phase>> = {
  pause: "pausing",
  sleep: "holding",
  snapshot: "holding",
  unpause: "unpausing",
};
const LEAST_SNAPSHOT_MS = 300;
const MEAN_SNAPSHOT_MS = 800;

/** One run of another's algorithm in the very world that ours is tried in. It has no sweep beside it. */
export function runIncumbent(number: number, kind: Kind, incumbent: () => Workflow<Claimed>): Report {
  const scene = newScene(number, kind);
  const { world, oracle, host } = scene;
  oracle.known.set(host.name, { host, memory: newMemory(), hasEnded: false });
  // A signal ends the process: neither of them handles any.
  host.onInterrupt(() => host.kill());
  let ended: Ended<Claimed> | undefined;
  world.begin("preparing");
  drive(host, incumbent(), {
    perform: performing<IncumbentEffects>(handlersOf(scene)),
    onEffect: (effect) => {
      const phase = PHASE_OF_EFFECT[effect.kind];
      if (phase !== undefined) world.begin(phase);
      for (const act of scene.onEffect) act(effect);
    },
    onEnd: (end) => {
      ended = end;
      const known = oracle.known.get(host.name);
      if (known) known.hasEnded = true;
      if (end.kind === "returned") judge(scene, end.value);
      world.begin("ended");
    },
  });
  world.agenda.run(HORIZON_MS, () => {});
  oracle.judgeEnd();
  const isValid = ended?.kind === "returned";
  return reportOf(scene, isValid, ended?.kind === "threw" ? ended.failure.message : "it hangs or died");
}

/** What it claims, in true time: a second is restored by the database's clock, though it was read off another. */
function judge({ world, oracle, host }: Scene, { kind, fromMs, toMs, instances }: Claimed): void {
  const own = host.ours.spans(fromMs, toMs);
  const spans =
    kind === "snapshot"
      ? own
      : world.databases.flatMap(({ clock, logAheadMs }) =>
          clock.spans(fromMs - logAheadMs, toMs - logAheadMs),
        );
  const [window] = own;
  oracle.judgeQuiet(spans, { instances, ...(window && { window }) }, kind);
}

function handlersOf({ world, host }: Scene): SimulatedHandlers<IncumbentEffects> {
  const { wire, chance } = world;
  const caller = { host, wire, party: host.name };
  return {
    now: (_, done) => done(succeed(host.read())),
    discover: ({ by }, done) =>
      host.after(wire.latencyMs(), () =>
        done(succeed({ ...world.discover(by), versions: versionsOf(world) })),
      ),
    pause: ({ instances, ...limits }, done) =>
      pause(caller, instances, limits, (outcomes) => done(succeed({ outcomes }))),
    unpause: ({ instances }, done) => unpause(caller, instances, {}, (outcomes) => done(succeed(outcomes))),
    snapshot: (_, done) =>
      host.after(LEAST_SNAPSHOT_MS + chance.exponential(MEAN_SNAPSHOT_MS), () => done(succeed(null))),
  };
}

/** Restart counts, and the resource versions that move with every write. */
function versionsOf({ watched, statusWrites }: Scene["world"]): string {
  return `${watched.length} changes, ${statusWrites} other writes`;
}
