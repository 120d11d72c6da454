import type { BackupInput } from "../../shared/backup/backup-input.ts";
import { type Observation, type SnapshotCall, seeing, unseen } from "../../shared/backup/observation.ts";
import { withMark } from "../../shared/backup/pause-record.ts";
import { type Swept, sweep } from "../../shared/backup/sweep.ts";
import { type SweepLook, withLook } from "../../shared/backup/sweep-look.ts";
import { addressOf, type GateAnswer, type Instance } from "../../shared/pause/instance.ts";
import type { Effect } from "../../shared/workflow/effect.ts";
import { drive } from "../workflow/drive.ts";
import { INPUT, INSTANCES, type Mischief, SmallWorld } from "./small-world.ts";

export const OBSERVED: BackupInput = {
  ...INPUT,
  basis: "observed",
  databases: [{ name: "main", kind: "cassandra" }],
};

/** A server waits so long for a drain where a Pause names no limit. */
const DRAIN_DEFAULT_MS = 30_000;
const QUESTION_MS = 3;
const BETWEEN_QUESTIONS_MS = 50;

/** What Cassy's Pause does at one instance. */
export interface Pausing {
  /** `absent` from Cassy's SRV record; `refused` at once. */
  readonly kind: "reached" | "absent" | "refused";
  /** On its way to the server, or queued there behind another. */
  readonly travelMs: number;
  /** More than the server waits makes the Pause fail, and opens the gate again. */
  readonly drainMs: number;
  readonly unpause: "reached" | "lost";
}

/** What Cassy does, by times since it was asked. */
export interface CassyScript {
  readonly pausesAfterMs: number;
  readonly instances: readonly Pausing[];
  readonly snapshotMs: number;
  /** From the Unpause to its answer. */
  readonly answersAfterMs: number;
  /** Nothing of it happens from then on. */
  readonly diesAfterMs?: number;
}

export const HEALTHY: CassyScript = {
  pausesAfterMs: 200,
  instances: INSTANCES.map(() => ({ kind: "reached", travelMs: 5, drainMs: 120, unpause: "reached" })),
  snapshotMs: 400,
  answersAfterMs: 150,
};

interface Happening {
  readonly atMs: number;
  readonly address: string;
  readonly closes: boolean;
}

/** A small world with a Cassy that pauses by its script, in virtual time, and the real sweep over it. */
export class ObservedWorld extends SmallWorld {
  script = HEALTHY;
  /** Everything that will happen, and has happened, to the gates. */
  readonly history: Happening[] = [];
  #due: Happening[] = [];
  /** Each time that the gates were asked during the call. */
  onQuestion: (world: ObservedWorld) => void = () => {};

  constructor(mischief?: Mischief) {
    super(mischief);
    const others = this.answer;
    Object.assign(this, {
      answer: (effect: Effect) => {
        this.#happen();
        const isOurs = effect.kind === "observe-snapshot";
        if (isOurs) this.#count(effect);
        const answer = isOurs ? this.#observe(effect as never) : others(effect);
        this.#happen();
        this.#noteOpened();
        return answer;
      },
    });
  }

  /** By whatever else is in the world: a person, or another backup. */
  set(address: string, closes: boolean, atMs: number): void {
    this.#due.push({ address, closes, atMs });
  }

  /** One sweep, so much later. */
  sweepAfter(ms: number): readonly Swept[] {
    this.oursMs += ms;
    const answers = (effect: Effect): unknown => {
      this.#happen();
      const its = effect as Effect & { pause: string; by: string; look: SweepLook; instances: Instance[] };
      const { pause } = this;
      switch (effect.kind) {
        case "open-pauses":
          return pause === undefined || pause.state === "closed" ? [] : [pause];
        case "mark-pause":
          this.pause = pause && withMark(pause, its.by);
          return this.pause;
        case "settle-pause":
          this.pause = pause && withLook(pause, its.look);
          return null;
        case "whereabouts":
          return its.instances.map((instance) => ({ kind: "there", instance }));
        default:
          return this.answer(effect);
      }
    };
    return drive(sweep("a sweep"), answers);
  }

  /** Whether this gate was closed all the while. */
  wasClosed(
    address: string,
    { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  ): boolean {
    const its = this.history.filter((one) => one.address === address);
    const before = its.filter(({ atMs }) => atMs <= startMs).at(-1);
    return before?.closes === true && its.every(({ atMs }) => atMs <= startMs || atMs > endMs);
  }

  /** Whether anything is still going to close a gate. */
  get isQuiet(): boolean {
    return this.#due.every(({ closes }) => !closes);
  }

  #count(effect: Effect): void {
    this.effects.push(effect);
    this.mischief(effect, this);
  }

  #happen(): void {
    this.#due.sort((one, other) => one.atMs - other.atMs);
    while (this.#due[0] !== undefined && this.#due[0].atMs <= this.oursMs) {
      const happening = this.#due.shift() as Happening;
      const { address, closes } = happening;
      if (closes === this.closed.has(address)) continue;
      this.history.push(happening);
      if (closes) this.closed.add(address);
      else this.closed.delete(address);
    }
  }

  /** What the backup's own Unpause has opened; it breaks off a drain. */
  #noteOpened(): void {
    const last = new Map(this.history.map((one) => [one.address, one.closes]));
    for (const [address, wasClosed] of last)
      if (wasClosed && !this.closed.has(address))
        this.history.push({ address, closes: false, atMs: this.oursMs });
  }

  #observe({ instances, withinMs }: { instances: readonly Instance[]; withinMs: number }): Observation {
    const [gates, untilMs] = [new Map(instances.map((each) => [each, unseen(each)])), this.oursMs + withinMs];
    const askAll = () => {
      for (const each of instances) gates.set(each, seeing(gates.get(each) ?? unseen(each), this.#ask(each)));
      this.onQuestion(this);
    };
    askAll();
    const sentMs = this.oursMs;
    const call = this.#call(sentMs);
    const interruptedMs = () => (this.interrupted ? this.oursMs : Number.POSITIVE_INFINITY);
    while (this.oursMs < Math.min(call.answeredMs, untilMs, interruptedMs())) {
      this.oursMs += BETWEEN_QUESTIONS_MS;
      askAll();
    }
    if (call.answeredMs <= Math.min(untilMs, interruptedMs())) {
      askAll();
      return { call, gates: [...gates.values()], interrupted: false };
    }
    const message = "no answer came in time";
    return {
      call: { kind: "unanswered", sentMs, answeredMs: this.oursMs, message },
      gates: [...gates.values()],
      interrupted: this.interrupted,
    };
  }

  #ask(instance: Instance): GateAnswer {
    const sentMs = this.oursMs;
    this.#happen();
    const address = addressOf(instance);
    this.oursMs += QUESTION_MS;
    const asked = { instance, sentMs, answeredMs: this.oursMs };
    if (this.silent.has(address)) return { ...asked, kind: "no-answer", message: "silence" };
    return { ...asked, kind: this.closed.has(address) ? "closed" : "open" };
  }

  /** Lays down all that Cassy is going to do. */
  #call(sentMs: number): SnapshotCall {
    const { instances, snapshotMs, answersAfterMs, diesAfterMs = Number.POSITIVE_INFINITY } = this.script;
    const diesMs = sentMs + diesAfterMs;
    const pausesMs = sentMs + this.script.pausesAfterMs;
    const there = instances
      .map((pausing, index) => ({ ...pausing, address: addressOf(INSTANCES[index] as Instance) }))
      .filter(({ kind }) => kind !== "absent");
    const ends = there.map((pausing) => this.#pauseOne(pausing, pausesMs, diesMs));
    const failed = ends.findIndex(({ ok }) => !ok);
    // It waits for one after the other, and gives up at the first that failed.
    const waited = failed < 0 ? ends : ends.slice(0, failed + 1);
    const pausedMs = Math.max(pausesMs, ...waited.map(({ atMs }) => atMs));
    const endsAt = (kind: "taken" | "refused", atMs: number): SnapshotCall => {
      const times = { sentMs, answeredMs: Math.min(atMs, diesMs) };
      if (atMs >= diesMs) return { ...times, kind: "unanswered", message: "the connection was lost" };
      return kind === "taken"
        ? { ...times, kind, captured: { snapshot: "cluster" } }
        : { ...times, kind, message: "a Pause or an Unpause failed" };
    };
    if (failed >= 0) return endsAt("refused", pausedMs);
    const unpausesMs = pausedMs + snapshotMs;
    for (const { address, unpause } of there)
      if (unpausesMs < diesMs && unpause === "reached") this.set(address, false, unpausesMs);
    const isOpened = there.every(({ unpause }) => unpause === "reached");
    return isOpened ? endsAt("taken", unpausesMs + answersAfterMs) : endsAt("refused", unpausesMs);
  }

  #pauseOne(
    { kind, travelMs, drainMs, address }: Pausing & { readonly address: string },
    pausesMs: number,
    diesMs: number,
  ): { readonly ok: boolean; readonly atMs: number } {
    if (kind === "refused") return { ok: false, atMs: pausesMs };
    const closesMs = pausesMs + travelMs;
    const isDrained = drainMs < DRAIN_DEFAULT_MS;
    if (pausesMs < diesMs) {
      this.set(address, true, closesMs);
      if (!isDrained) this.set(address, false, closesMs + DRAIN_DEFAULT_MS);
    }
    return { ok: isDrained, atMs: closesMs + Math.min(drainMs, DRAIN_DEFAULT_MS) };
  }
}
