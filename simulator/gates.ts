import {
  addressOf,
  type GateAnswer,
  type Instance,
  type PauseOutcome,
  type UnpauseOutcome,
} from "../shared/pause/instance.ts";
import type { Host } from "./host.ts";
import type { Request } from "./server.ts";
import type { Reply, Wire } from "./wire.ts";

/** One caller of the admin interface: what the adapter does over gRPC, done over the simulated wire. */
export interface Caller {
  readonly host: Host;
  readonly wire: Wire;
  readonly party: string;
}

type Deadline = { readonly deadlineMs?: number };

/** An Unpause that breaks off a drain is given no longer than this. */
const BREAK_OFF_DEADLINE_MS = 5_000;

function callAll<T>(
  { host, wire, party }: Caller,
  instances: readonly Instance[],
  request: (instance: Instance) => Request,
  { deadlineMs }: Deadline,
  outcomeOf: (instance: Instance, reply: Reply) => T,
  done: (outcomes: readonly T[]) => void,
): void {
  const outcomes: T[] = [];
  let left = instances.length;
  if (left === 0) done([]);
  instances.forEach((instance, index) => {
    const to = addressOf(instance);
    const call = {
      from: host,
      to,
      party,
      request: request(instance),
      ...(deadlineMs !== undefined && { deadlineMs }),
    };
    wire.call(call, (reply) => {
      outcomes[index] = outcomeOf(instance, reply);
      if (--left === 0) done(outcomes);
    });
  });
}

export function checkGates(
  caller: Caller,
  instances: readonly Instance[],
  deadline: Deadline,
  done: (answers: readonly GateAnswer[]) => void,
): void {
  callAll(caller, instances, () => ({ kind: "check" }), deadline, gateAnswer, done);
}

function gateAnswer(instance: Instance, reply: Reply): GateAnswer {
  const asked = { instance, sentMs: reply.sentMs, answeredMs: reply.answeredMs };
  if (reply.kind === "answered") return { ...asked, kind: reply.isPaused ? "closed" : "open" };
  if (reply.kind === "nobody") return { ...asked, kind: "no-listener", message: "refused" };
  return { ...asked, kind: "no-answer", message: "silence" };
}

export function unpause(
  caller: Caller,
  instances: readonly Instance[],
  deadline: Deadline,
  done: (outcomes: readonly UnpauseOutcome[]) => void,
): void {
  callAll(
    caller,
    instances,
    () => ({ kind: "unpause" }),
    deadline,
    (instance, { kind, sentMs, answeredMs }): UnpauseOutcome => {
      const asked = { instance, sentMs, answeredMs };
      return kind === "answered" ? { ...asked, kind: "ok" } : { ...asked, kind: "failed", message: kind };
    },
    done,
  );
}

/** One Pause to each; an interruption breaks off those that are unanswered by an Unpause. */
export function pause(
  caller: Caller,
  instances: readonly Instance[],
  limits: Deadline & { readonly drainWaitMs: number },
  done: (outcomes: readonly PauseOutcome[]) => void,
): void {
  const pending = new Set(instances);
  let rescues = 0;
  let outcomes: readonly PauseOutcome[] | undefined;
  const finish = () => {
    if (outcomes === undefined || rescues > 0) return;
    forget();
    done(outcomes);
  };
  const breakOff = () => {
    const unanswered = [...pending];
    rescues++;
    unpause(caller, unanswered, { deadlineMs: BREAK_OFF_DEADLINE_MS }, () => {
      rescues--;
      finish();
    });
  };
  const forget = caller.host.onInterrupt(breakOff);
  const request = (): Request => ({
    kind: "pause",
    drainWaitMs: limits.drainWaitMs,
    token: { party: caller.party, sentMs: caller.host.agenda.nowMs },
  });
  const outcomeOf = (instance: Instance, reply: Reply) => {
    pending.delete(instance);
    return pauseOutcome(instance, reply);
  };
  callAll(caller, instances, request, limits, outcomeOf, (all) => {
    outcomes = all;
    finish();
  });
}

function pauseOutcome(instance: Instance, reply: Reply): PauseOutcome {
  const asked = { instance, sentMs: reply.sentMs, answeredMs: reply.answeredMs };
  if (reply.kind === "answered") return { ...asked, kind: "paused" };
  if (reply.kind === "nobody") return { ...asked, kind: "not-sent", message: "refused" };
  if (reply.kind === "lost") return { ...asked, kind: "unknown", message: "no answer" };
  return { ...asked, kind: KIND_OF_RESULT[reply.result], message: reply.result };
}

/** As the adapter reads `ErrorInfo.reason`; the older servers give none. */
const KIND_OF_RESULT = {
  PAUSED: "unknown",
  TIMED_OUT: "drain-timed-out",
  TIMED_OUT_STILL_PAUSED: "held-by-another",
  GATE_OPEN: "opened-during-drain",
  PAUSE_IN_PROGRESS: "pause-in-progress",
  NOT_DRAINED: "drain-timed-out",
} as const;
