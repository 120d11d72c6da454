import { Gate, type GateSemantics, type PauseResult } from "../rehearsal/ledger/gate.ts";
import { addressOf, type Instance } from "../shared/pause/instance.ts";
import type { Agenda } from "./agenda.ts";
import type { Chance } from "./chance.ts";
import type { Span } from "./clock.ts";

/** One Pause that went out. Servers know nothing of it; the oracle does. */
export interface Token {
  /** Who sent it: the run of a backup, or a stranger. */
  readonly party: string;
  /** True time. */
  readonly sentMs: number;
}

export type Request =
  | { readonly kind: "check" }
  | { readonly kind: "unpause" }
  | { readonly kind: "pause"; readonly drainWaitMs: number; readonly token: Token };

export type Response =
  | { readonly kind: "answered"; readonly isPaused: boolean }
  | { readonly kind: "refused"; readonly result: PauseResult };

/** Requests inside at a time are fewer than this. */
const REQUESTS_INSIDE = 4;
const REQUEST_MEAN_MS = 40;

/**
 * One process with a gate. Whenever its gate is open it counts as busy: that is the worst that clients can do. Some
 * requests are inside when the gate closes, and it is quiet when the last of them is out.
 */
export class Server {
  readonly instance: Instance;
  /** That of its pod, which outlives a restart of the process in it. */
  readonly uid: string;
  /** That of the process: of its pod and its container. */
  readonly identity: string;
  readonly gate: Gate;
  isUp = true;
  /** The pauses that keep the gate closed, as whoever sent them believes. */
  readonly holders = new Set<Token>();
  closedSinceMs: number | undefined;
  readonly startedMs: number;
  /** Who shut the gate when it was open, and when. */
  readonly closings: { readonly atMs: number; readonly party: string }[] = [];
  readonly #agenda: Agenda;
  readonly #chance: Chance;
  readonly #busy: Span[] = [];
  #busySinceMs: number | undefined;
  #leaving = 0;
  #endless = 0;
  #isSilent = false;
  readonly #inbox: (() => void)[] = [];
  readonly #lost = new Set<() => void>();

  constructor(
    instance: Instance,
    pod: { readonly uid: string; readonly serial: number },
    semantics: GateSemantics,
    agenda: Agenda,
    chance: Chance,
  ) {
    this.instance = instance;
    this.uid = pod.uid;
    this.identity = `${pod.uid}/container-${pod.serial}`;
    this.#agenda = agenda;
    this.startedMs = agenda.nowMs;
    this.#chance = chance;
    const after = (ms: number, act: () => void) => agenda.after(ms, () => this.#do(act));
    this.gate = new Gate(semantics, { now: () => agenda.nowMs, after });
    this.#note();
  }

  get address(): string {
    return addressOf(this.instance);
  }

  /** Whether a request may have been in progress at some moment of this span. */
  wasBusyIn({ fromMs, toMs }: Span): boolean {
    const overlaps = (span: Span) => span.fromMs < toMs && span.toMs > fromMs;
    const now = this.#busySinceMs;
    return this.#busy.some(overlaps) || (now !== undefined && now < toMs);
  }

  /** `lost` is called where the process dies before it has answered. */
  handle(request: Request, answer: (response: Response) => void, lost: () => void): void {
    this.#lost.add(lost);
    const respond = (response: Response) => {
      this.#lost.delete(lost);
      answer(response);
    };
    this.#do(() => this.#handle(request, respond));
  }

  #handle(request: Request, answer: (response: Response) => void): void {
    switch (request.kind) {
      case "check":
        answer({ kind: "answered", isPaused: this.gate.checkPaused() });
        break;
      case "unpause":
        this.holders.clear();
        this.gate.unpause();
        answer({ kind: "answered", isPaused: false });
        break;
      case "pause":
        this.#pause(request.token, request.drainWaitMs, answer);
        break;
      default:
        request satisfies never;
    }
  }

  #pause(token: Token, drainWaitMs: number, answer: (response: Response) => void): void {
    this.gate.pauseThen(true, drainWaitMs, {
      closing: (wasOpen) => {
        this.holders.add(token);
        if (wasOpen) this.#closed(token);
      },
      answer: (result) => {
        // The older servers open the gate for all when one pause fails.
        if (result === "NOT_DRAINED") this.holders.clear();
        else if (result !== "PAUSED") this.holders.delete(token);
        answer(result === "PAUSED" ? { kind: "answered", isPaused: true } : { kind: "refused", result });
      },
    });
  }

  /** Those inside leave one by one; others arrive and are held, where the server holds them. */
  #closed({ party }: Token): void {
    this.closedSinceMs = this.#agenda.nowMs;
    this.closings.push({ atMs: this.#agenda.nowMs, party });
    for (let left = this.gate.outstanding - this.#leaving - this.#endless; left > 0; left--) {
      this.#leaving++;
      this.#agenda.after(this.#chance.exponential(REQUEST_MEAN_MS), () => this.#do(() => this.#letOut()));
    }
    if (this.gate.semantics !== "scalardb-server") void this.gate.letIn();
  }

  #letOut(): void {
    this.#leaving--;
    this.gate.letOut();
  }

  /** A client begins something that it does not end for a while: an open transaction. */
  beginEndless(forMs: number): void {
    if (this.gate.checkPaused()) return;
    void this.gate.letIn();
    this.#endless++;
    this.#agenda.after(forMs, () =>
      this.#do(() => {
        this.#endless--;
        this.gate.letOut();
      }),
    );
  }

  /** It accepts and never answers; what arrives is done when it wakes. */
  silence(forMs: number): void {
    this.#isSilent = true;
    this.#agenda.after(forMs, () => {
      this.#isSilent = false;
      for (const act of this.#inbox.splice(0)) this.#do(act);
    });
  }

  get isSilent(): boolean {
    return this.#isSilent;
  }

  kill(): void {
    this.#agenda.note(() => `${this.identity} dies`);
    this.isUp = false;
    this.holders.clear();
    this.closedSinceMs = undefined;
    for (const lost of this.#lost) lost();
    this.#lost.clear();
    this.#note();
  }

  #do(act: () => void): void {
    if (!this.isUp) return;
    if (this.#isSilent) {
      this.#inbox.push(act);
      return;
    }
    act();
    this.#note();
  }

  /** After everything that happened: what the state of the gate means. */
  #note(): void {
    const { nowMs } = this.#agenda;
    const isOpen = !this.gate.checkPaused();
    if (isOpen) {
      this.holders.clear();
      this.closedSinceMs = undefined;
      for (let more = this.#chance.below(REQUESTS_INSIDE) - this.gate.outstanding; more > 0; more--)
        void this.gate.letIn();
    }
    const isBusy = this.isUp && (isOpen || this.gate.outstanding > 0);
    if (isBusy && this.#busySinceMs === undefined) {
      this.#agenda.note(() => `${this.identity} is busy`);
      this.#busySinceMs = nowMs;
    }
    if (!isBusy && this.#busySinceMs !== undefined) {
      this.#agenda.note(() => `${this.identity} is quiet`);
      this.#busy.push({ fromMs: this.#busySinceMs, toMs: nowMs });
      this.#busySinceMs = undefined;
    }
  }
}
