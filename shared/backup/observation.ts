import { addressOf, type GateAnswer, type Instance } from "../pause/instance.ts";
import type { PauseWindow } from "../pause/pause-window.ts";

/** What was seen of a pause that somebody else made, from before it until after it. Times are ms on our clock. */
export interface Observation {
  readonly call: SnapshotCall;
  /** One for each instance. */
  readonly gates: readonly ObservedGate[];
  /** Somebody wanted us to stop; the tool knows nothing of that. */
  readonly interrupted: boolean;
}

/** What became of the call that paused, took the snapshots and unpaused. */
export type SnapshotCall = { readonly sentMs: number; readonly answeredMs: number } & (
  | { readonly kind: "taken"; readonly captured: unknown }
  /** The tool said no, and may have paused some instances before it did. */
  | { readonly kind: "refused"; readonly message: string }
  /** Nobody knows: it may go on. */
  | { readonly kind: "unanswered"; readonly message: string }
);

export interface ObservedGate {
  readonly instance: Instance;
  /** When the last question was sent to which it said that it was open, before it first closed. */
  readonly openMs?: number;
  /** When it first said that it was closed. */
  readonly closedMs?: number;
  /** When the last question was sent to which it said that it was closed. */
  readonly lastClosedMs?: number;
  /** When it first said that it was open after that. */
  readonly openedMs?: number;
  /** It said that it was open between two times that it was closed. */
  readonly reopened: boolean;
  /** Questions without an answer while it was watched. */
  readonly silent: number;
}

export function unseen(instance: Instance): ObservedGate {
  return { instance, reopened: false, silent: 0 };
}

/** What is known of a gate after one more answer. */
export function seeing(gate: ObservedGate, answer: GateAnswer): ObservedGate {
  const { openedMs, closedMs, ...rest } = gate;
  const { sentMs, answeredMs } = answer;
  switch (answer.kind) {
    case "open":
      if (closedMs === undefined) return { ...gate, openMs: sentMs };
      return { ...gate, openedMs: openedMs ?? answeredMs };
    case "closed":
      return {
        ...rest,
        closedMs: closedMs ?? answeredMs,
        lastClosedMs: sentMs,
        reopened: gate.reopened || openedMs !== undefined,
      };
    case "no-listener":
    case "unresolved":
    case "no-answer":
      return { ...gate, silent: gate.silent + 1 };
    default:
      return answer satisfies never;
  }
}

/** A tool sends its Unpauses all at once: who opens so much before another was opened by somebody else. */
const TOGETHER_MS = 500;

/** The span in which every instance said that it was closed. */
export function windowSeen({ gates }: Observation): PauseWindow | undefined {
  const startMs = Math.max(...gates.map(({ closedMs = Number.POSITIVE_INFINITY }) => closedMs));
  const endMs = Math.min(...gates.map(({ lastClosedMs = Number.NEGATIVE_INFINITY }) => lastClosedMs));
  return gates.length > 0 && startMs < endMs ? { startMs, endMs } : undefined;
}

/** What speaks against what was seen; nothing where every instance was seen paused, all together, and a snapshot taken. */
export function observationReasons(observation: Observation): readonly string[] {
  const { gates } = observation;
  const reasons = [
    ...callReasons(observation),
    ...gates.flatMap((gate) => gateReasons(gate, observation.call)),
    ...earlyReasons(gates),
  ];
  if (reasons.length > 0 || windowSeen(observation) !== undefined) return reasons;
  return ["at no time were all instances seen paused together"];
}

function callReasons({ call }: Observation): readonly string[] {
  switch (call.kind) {
    case "taken":
      return [];
    case "refused":
      return [`no snapshot was taken: ${call.message}`];
    case "unanswered":
      return [`nobody knows whether a snapshot was taken, or when: ${call.message}`];
    default:
      return call satisfies never;
  }
}

function gateReasons(
  { instance, closedMs, reopened, silent }: ObservedGate,
  { sentMs }: SnapshotCall,
): readonly string[] {
  const address = addressOf(instance);
  const times = silent === 1 ? "once" : `${silent} times`;
  return [
    ...(closedMs === undefined ? [`"${address}" was not seen paused`] : []),
    // By somebody else, who may have opened it in the middle.
    ...(closedMs !== undefined && closedMs <= sentMs
      ? [`"${address}" was paused before Cassy was asked`]
      : []),
    ...(reopened ? [`"${address}" was open in between`] : []),
    ...(silent > 0 ? [`"${address}" did not say ${times} whether it was paused`] : []),
  ];
}

/** Its snapshot may have been taken after that. */
function earlyReasons(gates: readonly ObservedGate[]): readonly string[] {
  const lastMs = Math.max(...gates.map(({ lastClosedMs = 0 }) => lastClosedMs));
  return gates.flatMap(({ instance, openedMs = lastMs }) => {
    const earlyMs = lastMs - openedMs;
    if (earlyMs <= TOGETHER_MS) return [];
    return [`"${addressOf(instance)}" was open ${earlyMs.toFixed(0)} ms before the last one`];
  });
}
