import type { Host } from "../host.ts";
import { type Kind, type Scene, someServer, sometime } from "../scene.ts";
import type { Request } from "../server.ts";
import type { Fault } from "../wire.ts";

const REQUESTS = ["check", "pause", "unpause"] as const satisfies readonly Request["kind"][];
const LONGEST_CUT_MS = 100_000;

/** Befalls some messages to one instance, or to all of them, from some moment on. */
function befall(scene: Scene, kind: Fault["kind"], request: Request["kind"]): void {
  const { world } = scene;
  const { chance, wire, settings } = world;
  const to = chance.flip(0.5) ? someServer(world).address : undefined;
  const fault: Fault = {
    kind,
    matches: (call) => call.request.kind === request && (to === undefined || call.to === to),
    delayMs: chance.between(1, settings.pause.rpcDeadlineMs),
    left: 1 + chance.below(4),
  };
  sometime(scene, () => wire.faults.push(fault), request === "pause" ? "preparing" : undefined);
  const before = fault.left;
  world.counters.push(() => before - fault.left);
  // The schedule knows nothing of what the last one left behind.
  if (chance.flip(0.5)) world.during("ended", chance.between(0, 3_000), () => scene.secondBackup());
}

const messages = (name: string, kind: Fault["kind"], request?: Request["kind"]): Kind => ({
  name,
  plan: (scene) => befall(scene, kind, request ?? scene.world.chance.pick(REQUESTS)),
});

/** Nothing passes between some administrators and an instance for a while. */
function cut(scene: Scene, whose: "the backup's" | "everybody's"): void {
  const { world } = scene;
  const { agenda, chance, wire } = world;
  sometime(scene, () => {
    const to = someServer(world).address;
    const untilMs = agenda.nowMs + chance.between(500, LONGEST_CUT_MS);
    scene.busyOthers++;
    agenda.at(untilMs, () => {
      scene.busyOthers--;
    });
    const cut = {
      isFrom: (host: Host) => whose === "everybody's" || host === scene.host,
      to,
      untilMs,
      hits: 0,
    };
    wire.cuts.push(cut);
    world.counters.push(() => cut.hits);
  });
}

export const MESSAGE_KINDS: readonly Kind[] = [
  messages("requests are lost", "lose-request"),
  messages("answers are lost", "lose-answer"),
  messages("requests are late, and overtaken", "delay-request"),
  messages("answers are late", "delay-answer"),
  messages("requests are delivered twice", "repeat"),
  messages("a Pause's connection breaks, and it drains on", "break", "pause"),
  messages("an Unpause's connection breaks", "break", "unpause"),
  { name: "the backup is cut off from an instance", plan: (scene) => cut(scene, "the backup's") },
  { name: "everybody is cut off from an instance", plan: (scene) => cut(scene, "everybody's") },
];
