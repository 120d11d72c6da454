import type { PauseRecord, RestorePoint } from "../shared/catalog/model.ts";
import { addressOf, type Instance } from "../shared/pause/instance.ts";
import type { Span } from "./clock.ts";
import type { Host } from "./host.ts";
import type { Memory } from "./memory.ts";
import type { Server, Token } from "./server.ts";
import type { Call } from "./wire.ts";
import type { World } from "./world.ts";

/** How the laws can be broken, and what could not be known to break them: counted apart. */
export type Breach =
  | "stuck"
  /** A Pause that left a frozen process after its record was swept, and the process died before it could say so. */
  | "stuck, from a Pause that left after its mark"
  | "falsely valid"
  /** Nothing that a backup can ask would have shown it: what its list does not know, or a gate shut again in time. */
  | "falsely valid, not to be seen"
  | "revoked"
  | "revoked, not to be seen";

export interface Finding {
  readonly breach: Breach;
  readonly atMs: number;
  readonly detail: string;
}

/** A process that sends Pauses and Unpauses, as the oracle knows it. */
export interface Known {
  readonly host: Host;
  readonly memory: Memory;
  hasEnded: boolean;
}

/** What a backup says of its window. */
export interface Claim {
  /** What was believed to be all of it. */
  readonly instances: readonly Instance[];
  /** In true time. */
  readonly window?: Span;
}

/** Rounding must not make a breach: a window ends in the very moment in which an Unpause may be sent. */
const ROUNDING_MS = 0.01;

/** Sees the true state of everything, and whether the laws hold in it. */
export class Oracle {
  readonly findings: Finding[] = [];
  readonly known = new Map<string, Known>();
  /** The longest that anything stayed paused after the process that paused it had died. */
  longestAfterDeathMs = 0;
  /** True time at which a record came into the catalog. */
  readonly openedMs = new Map<string, number>();
  /** True time at which a sweep marked a record, or settled it. */
  readonly #markedMs = new Map<string, number>();
  readonly #world: World;
  readonly #told = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    world.onDeliver = (call, server) => {
      if (call.request.kind === "unpause") this.#judgeUnpause(call, server);
    };
  }

  /** Law 1, after every event: what a dead process keeps paused is on a record that is under the sweep. */
  look(): void {
    for (const server of this.#world.servers) {
      if (server.closedSinceMs === undefined) continue;
      for (const token of server.holders) {
        const by = this.known.get(token.party);
        if (by === undefined || (by.host.isAlive && !by.hasEnded)) continue;
        if (this.#recordOf(token.party, server.instance) === undefined)
          this.#stuck(server, token, "under no sweep");
      }
    }
  }

  /** Law 1, at the end of a sweep that could reach it: it is open. */
  judgeSweep(server: Server, token: Token): void {
    this.#stuck(server, token, "after a sweep that could reach it");
  }

  /** Law 1, when all is over: nothing is left paused by anyone of ours. */
  judgeEnd(): void {
    for (const server of this.#world.servers)
      for (const token of server.holders)
        if (token.party !== STRANGER) this.#stuck(server, token, "at the end");
  }

  noteMark(pause: string): void {
    if (!this.#markedMs.has(pause)) this.#markedMs.set(pause, this.#world.agenda.nowMs);
  }

  #stuck(server: Server, { party, sentMs }: Token, detail: string): void {
    const record = [...this.#world.catalog.pauses.values()].find(({ run }) => run === party);
    const markedMs = this.#markedMs.get(record?.id ?? "") ?? Number.POSITIVE_INFINITY;
    const isLate = sentMs > markedMs && this.known.get(party)?.host.isAlive === false;
    const breach = isLate ? "stuck, from a Pause that left after its mark" : "stuck";
    this.#find(breach, `${server.address} of ${party}, ${detail}`);
  }

  /** Laws 2 and 3: during the window, and in every database's second, no request was in progress anywhere. */
  judgePoint({ window, databases, instances, id }: RestorePoint, host: Host): void {
    for (const { name, atSecond, captured } of databases) {
      const database = this.#world.database(name);
      // What changed after the last look cannot have been seen.
      const isKnown = database.changedMs < database.lookedMs;
      if (isKnown && !database.canRestoreTo(atSecond, captured))
        this.#find("falsely valid", `"${name}" cannot be restored to the second of ${id}`);
    }
    const seconds = databases.flatMap(({ name, atSecond }) => this.#spansOf(name, atSecond));
    const held = window === undefined ? [] : host.ours.spans(window.startMs, window.endMs);
    const [first] = held;
    const claim = { instances, ...(first && { window: first }) };
    this.judgeQuiet([...seconds, ...held], claim, id);
  }

  /**
   * A clock that is set back shows seconds twice. Nobody can know of one that was set before its first answer or
   * after its last.
   */
  #spansOf(name: string, atSecond: number): readonly Span[] {
    const { clock, logAheadMs, answered } = this.#world.database(name);
    return clock
      .spans(atSecond * 1000 - logAheadMs, atSecond * 1000 + 1000 - logAheadMs)
      .filter(({ fromMs, toMs }) => fromMs < answered.lastMs && toMs > answered.firstMs);
  }

  judgeQuiet(spans: readonly Span[], claim: Claim, detail: string): void {
    for (const span of spans) {
      const quiet = { fromMs: span.fromMs + ROUNDING_MS, toMs: span.toMs - ROUNDING_MS };
      for (const server of this.#world.members) {
        if (!server.wasBusyIn(quiet)) continue;
        const breach = this.#couldBeSeen(server, claim) ? "falsely valid" : "falsely valid, not to be seen";
        this.#find(breach, `${server.address} was busy in ${detail}`);
      }
    }
  }

  /** Not what the list does not know, nor an address at which somebody shut a gate again before it was asked. */
  #couldBeSeen(server: Server, { instances, window }: Claim): boolean {
    const isNew = window !== undefined && server.startedMs > window.fromMs;
    if (this.#world.settings.basis === "kubernetes" && isNew) return true;
    const isListed =
      instances.some((instance) => addressOf(instance) === server.address) || this.#world.isInDns(server);
    // The question that ends the window finds it shut a moment later.
    const { rpcDeadlineMs } = this.#world.settings.pause;
    const isMeanwhile = (atMs: number) =>
      window !== undefined && atMs > window.fromMs && atMs < window.toMs + rpcDeadlineMs;
    const closings = this.#world.servers
      .filter(({ address }) => address === server.address)
      .flatMap((one) => one.closings);
    const isShutAgain = closings.some(({ atMs, party }) => party === STRANGER && isMeanwhile(atMs));
    return isListed && !isShutAgain;
  }

  /** No Unpause of ours opens what could be seen to be held by somebody else. */
  #judgeUnpause(call: Call, server: Server): void {
    this.#noteDeath(server);
    if (call.party === STRANGER) return;
    for (const { party } of server.holders) {
      if (party === call.party) continue;
      const breach = this.#wasToBeSeen(call, server, party) ? "revoked" : "revoked, not to be seen";
      this.#find(breach, `${server.address} held by ${party}, opened for ${call.party} by ${call.from.name}`);
    }
  }

  #wasToBeSeen(call: Call, server: Server, holder: string): boolean {
    const caller = [...this.known.values()].find(({ host }) => host === call.from);
    if (caller === undefined) return false;
    const other = this.#recordOf(holder, server.instance);
    const openedMs = this.openedMs.get(other?.id ?? "");
    // Whoever asks just before each Unpause sees a record that has been there for longer than any message takes, if
    // he did not stand still between the two.
    const { nowMs } = this.#world.agenda;
    const longAgoMs = nowMs - 2 * this.#world.settings.pause.rpcDeadlineMs;
    const { askedOthersMs } = caller.memory;
    const askedMs = caller.host.hasStoodSince(askedOthersMs)
      ? askedOthersMs
      : Math.max(askedOthersMs, longAgoMs);
    if (other?.state === "open" && openedMs !== undefined && openedMs < askedMs) return true;
    const { hasPaused, shutBefore } = caller.memory;
    if (hasPaused && shutBefore.has(server.address)) return true;
    const outcome = caller.memory.outcomes.find(({ instance }) => addressOf(instance) === server.address);
    // Told in the oracle's own words: it must not share a mistake with the code that it judges.
    if (outcome !== undefined && outcome.kind !== "paused" && outcome.kind !== "unknown") return true;
    const record = this.#recordOf(call.party, server.instance);
    const isAnother = record?.instances.some(({ uid }) => uid?.startsWith(`${server.uid}/`)) === false;
    return this.#world.settings.basis === "kubernetes" && isAnother && caller.host.name.startsWith("sweep");
  }

  #recordOf(run: string, instance: Instance): PauseRecord | undefined {
    const address = addressOf(instance);
    return [...this.#world.catalog.pauses.values()].find(
      (record) => record.run === run && record.state !== "closed" && record.unsettled.includes(address),
    );
  }

  #noteDeath({ holders, closedSinceMs }: Server): void {
    if (closedSinceMs === undefined) return;
    for (const { party } of holders) {
      const diedMs = this.known.get(party)?.host.diedMs;
      if (diedMs === undefined) continue;
      const pausedMs = this.#world.agenda.nowMs - Math.max(diedMs, closedSinceMs);
      this.longestAfterDeathMs = Math.max(this.longestAfterDeathMs, pausedMs);
    }
  }

  #find(breach: Breach, detail: string): void {
    const key = `${breach} ${detail}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.findings.push({ breach, atMs: this.#world.agenda.nowMs, detail });
  }
}

/** Whoever pauses and unpauses beside us. */
export const STRANGER = "a stranger";
