import { Gate, type GateSemantics } from "../../rehearsal/ledger/gate.ts";

/** What a gate did, and when, on this machine's clock. `drained`: it was closed and nothing was inside any more. */
export interface Moment {
  readonly kind: "closed" | "drained" | "opened";
  readonly atMs: number;
}

/** A gate that writes down the truth: what records and verdicts say is held against it. */
export interface TrueGate {
  readonly gate: Gate;
  readonly moments: readonly Moment[];
}

export function trueGate(semantics: GateSemantics = "scalardl-3.14"): TrueGate {
  const gate = new Gate(semantics);
  const moments: Moment[] = [];
  let wasClosed = false;
  const note = (kind: Moment["kind"]) => moments.push({ kind, atMs: Date.now() });
  const look = () => {
    if (gate.checkPaused() !== wasClosed) note(wasClosed ? "opened" : "closed");
    wasClosed = gate.checkPaused();
  };
  const { pause, unpause } = gate;
  Object.assign(gate, {
    pause: async (...asked: Parameters<Gate["pause"]>) => {
      const result = pause.apply(gate, asked);
      look();
      result.then((how) => {
        look();
        if (how === "PAUSED") note("drained");
      });
      return result;
    },
    unpause: () => {
      unpause.call(gate);
      look();
    },
  } satisfies Partial<Gate>);
  return { gate, moments };
}

/** Whether the gate was closed, with nothing inside, all the time from one moment to another. */
export function wasQuiet({ moments }: TrueGate, fromMs: number, toMs: number): boolean {
  const before = moments.findLast(({ kind, atMs }) => kind !== "closed" && atMs <= fromMs);
  const within = moments.some(({ kind, atMs }) => kind === "opened" && atMs > fromMs && atMs < toMs);
  return before?.kind === "drained" && !within;
}

/** When the gate opened the first time from this moment on; the moment itself where it was open. */
export function openFrom({ gate, moments }: TrueGate, fromMs: number): number {
  const last = moments.findLast(({ kind, atMs }) => kind !== "drained" && atMs <= fromMs);
  if (last === undefined || last.kind === "opened") return fromMs;
  const opened = moments.find(({ kind, atMs }) => kind === "opened" && atMs >= fromMs)?.atMs;
  return opened ?? (gate.checkPaused() ? Number.POSITIVE_INFINITY : fromMs);
}
