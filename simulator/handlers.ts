import type { WindowEffects } from "../shared/backup/effects.ts";
import { laterOf } from "../shared/backup/own-clock.ts";
import { heldByOthers, unsettledPauses, withEnd, withMark } from "../shared/backup/pause-record.ts";
import type { SweepEffects } from "../shared/backup/sweep.ts";
import { withLook } from "../shared/backup/sweep-look.ts";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { addressOf, type Discovery } from "../shared/pause/instance.ts";
import type { Effect, Outcome, Vocabulary } from "../shared/workflow/effect.ts";
import { failed, type Perform, succeed } from "./drive.ts";
import { type Caller, checkGates, pause, unpause } from "./gates.ts";
import type { Host } from "./host.ts";
import type { Memory } from "./memory.ts";
import type { Scene } from "./scene.ts";
import type { World } from "./world.ts";

type Done = (outcome: Outcome) => void;

/** The handlers of a vocabulary, in virtual time. */
export type SimulatedHandlers<V extends Vocabulary> = {
  readonly [K in keyof V]: (input: V[K]["input"], done: Done) => void;
};

export function performing<V extends Vocabulary>(handlers: SimulatedHandlers<V>): Perform {
  return (effect: Effect, done) => {
    const handler = handlers[effect.kind];
    if (handler === undefined) done(failed("INTERNAL", `no handler for "${effect.kind}"`));
    else handler(effect, done);
  };
}

type GateEffects = Pick<WindowEffects, "now" | "check-gates" | "unpause" | "held-by-others">;

function gateHandlers(world: World, caller: () => Caller, memory: Memory): SimulatedHandlers<GateEffects> {
  const { catalog, agenda } = world;
  return {
    now: (_, done) => done(succeed(caller().host.read())),
    "check-gates": ({ instances, ...limits }, done) =>
      checkGates(caller(), instances, limits, (answers) => {
        if (!memory.hasPaused)
          for (const { kind, instance } of answers)
            if (kind === "closed") memory.shutBefore.add(addressOf(instance));
        done(succeed(answers));
      }),
    unpause: ({ instances, ...limits }, done) =>
      unpause(caller(), instances, limits, (outcomes) => done(succeed(outcomes))),
    "held-by-others": ({ pause: of, addresses }, done) => {
      memory.pause = of;
      const ask = () => {
        memory.askedOthersMs = agenda.nowMs;
        const records = [...catalog.pauses.values()];
        const held = heldByOthers(records, { pause: of, addresses }, laterOf(caller().host.read()));
        for (const address of held) memory.held.add(address);
        return held;
      };
      catalog.ask(caller().host, "held-by-others", ask, done);
    },
  };
}

/** Carries out what the backup asks for, in a process of the simulated world. */
export function backupHandlers(
  { world, oracle }: Scene,
  host: Host,
  memory: Memory,
): SimulatedHandlers<WindowEffects> {
  const { catalog, wire, agenda } = world;
  const caller = { host, wire, party: host.name };
  const discover = discoverer(world, host);
  return {
    ...gateHandlers(world, () => caller, memory),
    "acquire-lease": ({ run: by, nowMs, untilMs }, done) =>
      catalog.ask(
        host,
        "acquire-lease",
        () => {
          const { lease } = catalog;
          if (lease !== undefined && lease.run !== by && lease.untilMs >= nowMs)
            throw new StillpointError("LEASE_HELD", `held by "${lease.run}"`);
          catalog.lease = { run: by, untilMs };
          return null;
        },
        done,
      ),
    "release-lease": ({ run: by }, done) =>
      catalog.ask(host, "release-lease", () => releaseLease(world, by), done),
    discover: (_, done) => discover((discovery) => done(succeed(discovery))),
    pause: ({ instances, ...limits }, done) => {
      memory.hasPaused = true;
      pause(caller, instances, limits, (outcomes) => {
        memory.outcomes = outcomes;
        done(succeed({ outcomes, interrupted: host.isInterrupted }));
      });
    },
    "probe-clock": ({ database, ...probe }, done) => world.database(database).probe(host, probe, done),
    capture: ({ database }, done) => world.database(database).capture(host, done),
    "open-pause": ({ record }, done) =>
      catalog.ask(
        host,
        "open-pause",
        () => {
          if (catalog.pauses.has(record.id)) throw taken(record.id);
          catalog.pauses.set(record.id, record);
          oracle.openedMs.set(record.id, agenda.nowMs);
          return null;
        },
        done,
      ),
    "is-pause-open": ({ pause: of }, done) =>
      catalog.ask(host, "is-pause-open", () => catalog.record(of).state === "open", done),
    "unsettled-pauses": (of, done) =>
      catalog.ask(host, "unsettled-pauses", () => unsettledPauses([...catalog.pauses.values()], of), done),
    "close-pause": ({ record }, done) =>
      catalog.ask(
        host,
        "close-pause",
        () => {
          const written = catalog.update(record.id, (found) => withEnd(found, record));
          return written === record ? {} : { markedBy: written.markedBy ?? "a sweep" };
        },
        done,
      ),
    "record-verdict": ({ pause: of, verdict }, done) =>
      catalog.ask(
        host,
        "record-verdict",
        () => {
          catalog.update(of, (found) => ({ ...found, verdict }));
          return null;
        },
        done,
      ),
    "record-point": ({ point }, done) =>
      catalog.ask(
        host,
        "record-point",
        () => {
          if (catalog.points.some(({ id }) => id === point.id)) throw taken(point.id);
          catalog.points.push(point);
          oracle.judgePoint(point, host);
          return null;
        },
        done,
      ),
    report: (_, done) => done(succeed(null)),
  };
}

export function sweepHandlers(
  { world, oracle }: Scene,
  host: Host,
  memory: Memory,
): SimulatedHandlers<SweepEffects> {
  const { catalog, wire } = world;
  const caller = () => ({ host, wire, party: catalog.pauses.get(memory.pause ?? "")?.run ?? "a sweep" });
  return {
    ...gateHandlers(world, caller, memory),
    "open-pauses": (_, done) => catalog.ask(host, "open-pauses", () => catalog.unsettled, done),
    "mark-pause": ({ pause: of, by }, done) =>
      catalog.ask(
        host,
        "mark-pause",
        () => {
          oracle.noteMark(of);
          return catalog.update(of, (found) => withMark(found, by));
        },
        done,
      ),
    "settle-pause": ({ pause: of, look }, done) =>
      catalog.ask(
        host,
        "settle-pause",
        () => {
          oracle.noteMark(of);
          const { state, run, deadlineMs } = catalog.update(of, (found) => withLook(found, look));
          if (state === "closed" && run !== undefined && laterOf(host.read()) > deadlineMs)
            releaseLease(world, run);
          return null;
        },
        done,
      ),
    whereabouts: ({ instances }, done) =>
      host.after(wire.latencyMs(), () => done(succeed(world.whereabouts(instances)))),
  };
}

function releaseLease({ catalog }: World, run: string): null {
  if (catalog.lease?.run === run) catalog.lease = undefined;
  return null;
}

/** Where the orchestrator can be watched, what has happened since the first discovery speaks against the second. */
function discoverer(world: World, host: Host): (done: (discovery: Discovery) => void) => void {
  let watchedFrom: number | undefined;
  return (done) =>
    host.after(world.wire.latencyMs(), () => {
      const found = world.discover();
      const seen =
        found.basis === "kubernetes" ? world.watched.slice(watchedFrom ?? world.watched.length) : [];
      watchedFrom ??= world.watched.length;
      const said = [...seen, ...world.disagreements()];
      done(said.length === 0 ? found : { ...found, disagreement: said.join("; ") });
    });
}

function taken(id: string): StillpointError {
  return new StillpointError("CATALOG_CONFLICT", `there is a "${id}" already`);
}
