import type { Asked } from "../shared/pause/instance.ts";
import type { Agenda } from "./agenda.ts";
import type { Chance } from "./chance.ts";
import type { Host } from "./host.ts";
import type { Request, Response, Server } from "./server.ts";

export interface Call {
  readonly from: Host;
  readonly to: string;
  readonly request: Request;
  /** In whose name: the run of a backup, for a sweep the one whose record it treats, or a stranger. */
  readonly party: string;
  /** Without one the caller waits for ever. */
  readonly deadlineMs?: number;
}

type Answer = Response | { readonly kind: "lost" } | { readonly kind: "nobody" };
export type Reply = Asked & Answer;

/** What may happen to a message. No message arrives later than an RPC deadline after it was sent. */
export interface Fault {
  /** `break`: the caller's connection breaks at once, and the request arrives all the same, late. */
  readonly kind: "lose-request" | "lose-answer" | "delay-request" | "delay-answer" | "break" | "repeat";
  readonly matches: (call: Call) => boolean;
  readonly delayMs?: number;
  /** How many calls it befalls yet. */
  left: number;
}

export interface Cut {
  readonly isFrom: (host: Host) => boolean;
  readonly to: string;
  readonly untilMs: number;
  /** How many messages it has cost. */
  hits: number;
}

const LATENCY_MEAN_MS = 1.5;
const LATENCY_LEAST_MS = 0.3;
const REPEATED_AFTER_MS = 30;

/** The network between administrators and instances. */
export class Wire {
  readonly faults: Fault[] = [];
  readonly cuts: Cut[] = [];
  /** How many messages came to grief, a late one included. */
  hits = 0;
  /** How many times longer than usual a message takes. */
  slowness = 1;
  readonly #agenda: Agenda;
  readonly #chance: Chance;
  readonly #find: (address: string) => Server | "nobody" | "nowhere";
  readonly #watch: (call: Call, server: Server) => void;

  constructor(
    agenda: Agenda,
    chance: Chance,
    find: (address: string) => Server | "nobody" | "nowhere",
    watch: (call: Call, server: Server) => void,
  ) {
    this.#agenda = agenda;
    this.#chance = chance;
    this.#find = find;
    this.#watch = watch;
  }

  latencyMs(): number {
    return this.slowness * (LATENCY_LEAST_MS + this.#chance.exponential(LATENCY_MEAN_MS));
  }

  call(call: Call, done: (reply: Reply) => void): void {
    const { from, deadlineMs } = call;
    const sentMs = from.read().oursMs;
    let isOver = false;
    const end = (reply: Answer) =>
      from.do(() => {
        if (isOver) return;
        isOver = true;
        cancel?.();
        this.#agenda.note(() => `${from.name} hears of its ${textOf(call)}: ${replyText(reply)}`);
        done({ ...reply, sentMs, answeredMs: from.read().oursMs });
      });
    const cancel = deadlineMs === undefined ? undefined : from.after(deadlineMs, () => end({ kind: "lost" }));
    const fault = this.#faultFor(call);
    this.#agenda.note(() => `${from.name} sends ${textOf(call)}${fault ? ` (${fault.kind})` : ""}`);
    const there = this.latencyMs();
    const late = fault?.kind === "delay-request" || fault?.kind === "break" ? (fault.delayMs ?? 0) : 0;
    const answer = (reply: Answer) => {
      if (fault?.kind === "lose-answer" || this.#isCut(call)) return;
      const delayMs = fault?.kind === "delay-answer" ? (fault.delayMs ?? 0) : 0;
      this.#agenda.after(this.latencyMs() + delayMs, () => end(reply));
    };
    if (fault?.kind === "lose-request" || this.#isCut(call)) return;
    this.#agenda.after(there + late, () => this.#deliver(call, fault?.kind === "repeat" ? () => {} : answer));
    if (fault?.kind === "repeat")
      this.#agenda.after(there + REPEATED_AFTER_MS, () => this.#deliver(call, answer));
    if (fault?.kind === "break") this.#agenda.after(there, () => end({ kind: "lost" }));
  }

  #deliver(call: Call, answer: (reply: Answer) => void): void {
    const server = this.#find(call.to);
    if (server === "nowhere") return;
    if (server === "nobody") {
      answer({ kind: "nobody" });
      return;
    }
    this.#agenda.note(() => `${textOf(call)} of ${call.from.name} reaches ${server.identity}`);
    this.#watch(call, server);
    server.handle(call.request, answer, () => answer({ kind: "lost" }));
  }

  #faultFor(call: Call): Fault | undefined {
    const fault = this.faults.find((one) => one.left > 0 && one.matches(call));
    if (fault === undefined) return undefined;
    fault.left--;
    this.hits++;
    return fault;
  }

  #isCut({ from, to }: Call): boolean {
    const { nowMs } = this.#agenda;
    const cut = this.cuts.find((one) => one.isFrom(from) && one.to === to && nowMs < one.untilMs);
    if (cut === undefined) return false;
    cut.hits++;
    this.hits++;
    return true;
  }
}

function textOf({ request, to }: Call): string {
  return `${request.kind} to ${to}`;
}

function replyText(reply: Answer): string {
  switch (reply.kind) {
    case "answered":
      return reply.isPaused ? "paused" : "open";
    case "refused":
      return reply.result;
    case "lost":
    case "nobody":
      return reply.kind;
    default:
      return reply satisfies never;
  }
}
