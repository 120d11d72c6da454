import type { BackupInput } from "../../shared/backup/backup-input.ts";
import type { BackupEvent } from "../../shared/backup/event.ts";
import type { CommandRecord, PauseRecord, RestorePoint, Verdict } from "../../shared/catalog/model.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { ErrorCode } from "../../shared/errors/table.ts";
import type { ClockSample } from "../../shared/pause/clock-bound.ts";
import {
  addressOf,
  type Discovery,
  type GateAnswer,
  type Instance,
  type PauseOutcome,
} from "../../shared/pause/instance.ts";
import type { Effect } from "../../shared/workflow/effect.ts";
import { Death } from "../workflow/drive.ts";

export const INSTANCES: readonly Instance[] = [1, 2, 3].map((n) => ({
  component: "ledger",
  host: `10.0.0.${n}`,
  port: 50053,
}));

export const INPUT: BackupInput = {
  deployment: "payments",
  run: "backup-1",
  basis: "window",
  databases: [{ name: "main", kind: "dynamodb" }],
  pause: {
    holdMs: "auto",
    drainWaitMs: 5_000,
    longestMs: 30_000,
    clockAllowanceMs: 250,
    rpcDeadlineMs: 1_000,
  },
};

/** One way in which the world misbehaves; it may look at and change the world before an effect is answered. */
export type Mischief = (effect: Effect, world: SmallWorld) => unknown;

const START_MS = Date.UTC(2026, 10, 23, 3, 0, 0, 321);
const CALL_MS = 3;
const DRAIN_MS = 200;

/** Three instances, one database and a catalog in virtual time: enough to drive a backup through anything. */
export class SmallWorld {
  oursMs = START_MS;
  wallStepMs = 0;
  databaseOffsetMs = 137;
  discovery: Discovery = { instances: INSTANCES, basis: "list" };
  readonly closed = new Set<string>();
  readonly everPaused = new Set<string>();
  readonly silent = new Set<string>();
  readonly effects: Effect[] = [];
  readonly events: BackupEvent[] = [];
  readonly points: RestorePoint[] = [];
  pause: PauseRecord | undefined;
  markedBy: string | undefined;
  leaseHolder: string | undefined;
  interrupted = false;
  identity = ["table-1 id-1"];
  problems: string[] = [];
  /** Databases that do not hold the coordinator's table. */
  readonly uncoordinated = new Set<string>();
  coveredFromSecond = 0;
  pauseOpen = true;
  heldByOthers: readonly string[] = [];
  unsettledPauses: readonly string[] = [];
  pauseOutcome: PauseOutcome["kind"] = "paused";
  /** How the operator's command ends, and after how long it would. */
  command: { readonly end: CommandRecord["end"]; readonly tookMs: number } = {
    end: { kind: "exited", status: 0 },
    tookMs: 300,
  };
  readonly mischief: Mischief;

  constructor(mischief: Mischief = () => undefined) {
    this.mischief = mischief;
  }

  /** How many effects of a kind were asked for so far, the present one included. */
  count(kind: string): number {
    return this.effects.filter((effect) => effect.kind === kind).length;
  }

  readonly answer = (effect: Effect): unknown => {
    this.effects.push(effect);
    this.mischief(effect, this);
    this.oursMs += CALL_MS;
    const handler = this.#handlers[effect.kind];
    if (handler === undefined) throw new Error(`no answer for "${effect.kind}"`);
    return handler(effect as never);
  };

  readonly #handlers: Record<string, (effect: never) => unknown> = {
    now: () => ({ oursMs: this.oursMs, wallMs: this.oursMs + this.wallStepMs }),
    sleep: ({ ms, interruptible }: { ms: number; interruptible: boolean }) => {
      if (interruptible && this.interrupted) return { interrupted: true };
      this.oursMs += Math.max(0, ms);
      return { interrupted: false };
    },
    "acquire-lease": ({ run }: { run: string }) => {
      if (this.leaseHolder !== undefined)
        throw new StillpointError("LEASE_HELD", `held by ${this.leaseHolder}`);
      this.leaseHolder = run;
      return null;
    },
    "release-lease": () => {
      this.leaseHolder = undefined;
      return null;
    },
    discover: () => this.discovery,
    "check-gates": ({ instances }: { instances: Instance[] }) =>
      instances.map((instance) => this.#gate(instance)),
    pause: ({ instances }: { instances: Instance[] }) => ({
      outcomes: instances.map((instance) => this.#pauseOne(instance)),
      interrupted: this.interrupted,
    }),
    unpause: ({ instances }: { instances: Instance[] }) =>
      instances.map((instance) => {
        if (!this.silent.has(addressOf(instance))) this.closed.delete(addressOf(instance));
        return { ...this.#asked(instance), kind: "ok" };
      }),
    "probe-clock": () => this.#probe(),
    capture: ({ database }: { database: string }) => ({
      identity: this.identity,
      problems: this.problems,
      coveredFromSecond: this.coveredFromSecond,
      ...(this.uncoordinated.has(database) && { coordinator: "elsewhere" }),
      captured: { tables: this.identity },
    }),
    "run-command": ({ command, withinMs }: { command: string; withinMs: number }): CommandRecord => {
      const startedMs = this.oursMs;
      const { end, tookMs } = this.command;
      this.oursMs += Math.min(tookMs, withinMs);
      const ended = tookMs > withinMs ? ({ kind: "out-of-time", limitMs: withinMs } as const) : end;
      return { command, startedMs, endedMs: this.oursMs, end: ended, output: "", outputBytes: 0 };
    },
    "open-pause": ({ record }: { record: PauseRecord }) => {
      this.pause = record;
      return null;
    },
    "is-pause-open": () => this.pauseOpen,
    "held-by-others": () => this.heldByOthers,
    "unsettled-pauses": () => this.unsettledPauses,
    "close-pause": ({ record }: { record: PauseRecord }) => {
      if (this.markedBy !== undefined) return { markedBy: this.markedBy };
      this.pause = record;
      return {};
    },
    "record-verdict": ({ verdict }: { verdict: Verdict }) => {
      if (this.pause !== undefined) this.pause = { ...this.pause, verdict };
      return null;
    },
    "record-point": ({ point }: { point: RestorePoint }) => {
      this.points.push(point);
      return null;
    },
    report: ({ event }: { event: BackupEvent }) => {
      this.events.push(event);
      return null;
    },
  };

  #asked(instance: Instance) {
    return { instance, sentMs: this.oursMs - CALL_MS, answeredMs: this.oursMs };
  }

  #gate(instance: Instance): GateAnswer {
    const address = addressOf(instance);
    if (this.silent.has(address))
      return { ...this.#asked(instance), kind: "no-answer", message: "deadline exceeded" };
    return { ...this.#asked(instance), kind: this.closed.has(address) ? "closed" : "open" };
  }

  #pauseOne(instance: Instance): PauseOutcome {
    const address = addressOf(instance);
    const sentMs = this.oursMs;
    const [first] = INSTANCES;
    const kind = address === addressOf(first as Instance) ? this.pauseOutcome : "paused";
    if (kind === "paused" || kind === "unknown") {
      this.closed.add(address);
      this.everPaused.add(address);
    }
    this.oursMs += DRAIN_MS / INSTANCES.length;
    return { instance, sentMs, answeredMs: this.oursMs, kind, message: "as the test wants it" };
  }

  /** As sharp as the real probe: one answer on either side of a change of the second. */
  #probe(): ClockSample[] {
    const boundary = Math.ceil((this.oursMs + this.databaseOffsetMs) / 1000) * 1000 - this.databaseOffsetMs;
    const samples = [boundary - 8, boundary + 2].map((sentMs) => {
      const dateSecond = Math.floor((sentMs + 3 + this.databaseOffsetMs) / 1000);
      return { sentMs, answeredMs: sentMs + 6, dateSecond };
    });
    this.oursMs = Math.max(this.oursMs, boundary + 8);
    return samples;
  }
}

/** Fails the nth effect of a kind. */
export function failing(kind: string, nth: number, code: ErrorCode): Mischief {
  return (effect, world) => {
    if (effect.kind === kind && world.count(kind) === nth)
      throw new StillpointError(code, `"${kind}" failed, as the test wants it`);
    return undefined;
  };
}

/** The process dies when it asks for the nth effect. */
export function dyingAt(nth: number): Mischief {
  return (_effect, world) => {
    if (world.effects.length === nth) throw new Death();
    return undefined;
  };
}
