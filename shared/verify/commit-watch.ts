import type { Commits, ProofEvidence } from "./proof-evidence.ts";
import { type Clocks, guardOf, pausedSpan, type Span, type Subject, within } from "./subject.ts";
import { COMMITTED } from "./transaction-row.ts";
import type { CoordinatorSays, TransactionView } from "./transaction-view.ts";

const EXAMPLES = 5;

class CommitTally implements Commits {
  count = 0;
  oldestMs: number | undefined;
  newestMs: number | undefined;
  readonly examples: { readonly transaction: string; readonly atMs: number }[] = [];

  add(transaction: string, atMs: number): void {
    this.count += 1;
    this.oldestMs = Math.min(this.oldestMs ?? atMs, atMs);
    this.newestMs = Math.max(this.newestMs ?? atMs, atMs);
    if (this.examples.length < EXAMPLES) this.examples.push({ transaction, atMs });
  }
}

/** Gathers, transaction by transaction, what the proof is judged on. */
export class CommitWatch {
  readonly #guard: Span | undefined;
  readonly #paused: Span | undefined;
  readonly #hasLater: boolean;
  readonly #boundMs: number;
  readonly #lifeMs: number;
  readonly #inGuard = new CommitTally();
  readonly #inWindow = new CommitTally();
  readonly #preparedInWindow = new CommitTally();
  readonly #missingInCopy = new CommitTally();
  readonly #missingLater = new CommitTally();
  readonly #again = new CommitTally();
  readonly #onePhase = new CommitTally();
  readonly #cleanedUp = new CommitTally();
  #oldestKeptMs: number | undefined;
  #newestKeptMs: number | undefined;
  #oldestUntracedMs: number | undefined;

  constructor(subject: Subject, clocks: Clocks) {
    const restored = subject.kind === "restored" ? subject : undefined;
    this.#guard = restored && guardOf(restored.atSecond, clocks, restored.lastSecond);
    this.#paused = pausedSpan(subject, clocks);
    this.#hasLater = restored?.later !== undefined;
    this.#boundMs = clocks.scalarClockBoundMs;
    this.#lifeMs = clocks.transactionLifeMs;
  }

  see(view: TransactionView): void {
    const { coordinator, later, newestPreparedMs } = view;
    if (newestPreparedMs !== undefined && within(newestPreparedMs, this.#paused))
      this.#preparedInWindow.add(view.id, newestPreparedMs);
    const committed = committedMs(later) ?? committedMs(coordinator);
    if (committed !== undefined) this.#seeCommit(view.id, committed);
    if (committed !== undefined && newestPreparedMs !== undefined && newestPreparedMs > committed)
      this.#seeAgain(view.id, newestPreparedMs, newestPreparedMs > committed + 2 * this.#boundMs);
    const kept = committedMs(this.#hasLater ? later : coordinator);
    if (kept !== undefined) {
      this.#oldestKeptMs = Math.min(this.#oldestKeptMs ?? kept, kept);
      this.#newestKeptMs = Math.max(this.#newestKeptMs ?? kept, kept);
    }
    if (this.#hasLater) this.#compare(view);
    const isCommitted = view.committed.count + view.committedBefore.count > 0;
    if (coordinator === undefined && later === undefined && isCommitted) this.#seeUntraced(view);
  }

  #seeCommit(transaction: string, atMs: number): void {
    if (within(atMs, this.#guard)) this.#inGuard.add(transaction, atMs);
    if (within(atMs, this.#paused)) this.#inWindow.add(transaction, atMs);
  }

  /**
   * A client that tried again with the same nonce: the second time leaves no decision of its own, and whoever meets a
   * row of it finishes that by the first one's. So it may end at any time of a transaction's life, row by row. Where
   * clocks that are apart explain it, there was no second time.
   */
  #seeAgain(transaction: string, preparedMs: number, isSure: boolean): void {
    this.#seeCommit(transaction, preparedMs);
    const fromMs = this.#guard?.fromMs ?? preparedMs;
    if (isSure && preparedMs < fromMs && preparedMs + this.#lifeMs >= fromMs)
      this.#again.add(transaction, preparedMs);
  }

  #compare({ id, coordinator, later }: TransactionView): void {
    const here = committedMs(coordinator);
    const there = committedMs(later);
    if (here !== undefined && there === undefined) this.#missingLater.add(id, here);
    if (there !== undefined && here === undefined && there < (this.#guard?.fromMs ?? 0))
      this.#missingInCopy.add(id, there);
  }

  #seeUntraced(view: TransactionView): void {
    const atMs = view.newestCommittedMs ?? view.newestPreparedMs ?? 0;
    this.#seeCommit(view.id, atMs);
    this.#oldestUntracedMs = Math.min(this.#oldestUntracedMs ?? atMs, atMs);
    (view.onePhase ? this.#onePhase : this.#cleanedUp).add(view.id, atMs);
  }

  /** Transactions with committed rows but no coordinator row: one-phase, cleaned up, or newer than the coordinator. */
  get untraced(): number {
    return this.#onePhase.count + this.#cleanedUp.count;
  }

  /**
   * Whether coordinator rows were cleaned up: some are missing that are clearly older than the newest one kept.
   * (Where only the newest are missing, the coordinator is older than the rows.)
   */
  get cleanUpSeen(): boolean {
    if (this.#missingLater.count > 0) return true;
    if (this.#oldestUntracedMs === undefined) return false;
    return this.#hasLater || this.#oldestUntracedMs < (this.#newestKeptMs ?? Infinity) - 2 * this.#boundMs;
  }

  evidence(read: {
    readonly coordinatorRead: boolean;
    readonly withoutTransactions: readonly string[];
    readonly changeable: readonly string[];
  }): ProofEvidence {
    return {
      ...read,
      inGuard: this.#inGuard,
      inWindow: this.#inWindow,
      preparedInWindow: this.#preparedInWindow,
      missingInCopy: this.#missingInCopy,
      missingLater: this.#missingLater,
      again: this.#again,
      onePhase: this.#onePhase,
      cleanedUp: this.#cleanedUp,
      oldestKeptMs: this.#oldestKeptMs,
    };
  }
}

function committedMs(said: CoordinatorSays | undefined): number | undefined {
  return said?.state === COMMITTED ? (said.createdMs ?? 0) : undefined;
}
