interface Piece {
  /** From this moment of true time on. */
  readonly fromMs: number;
  readonly readsMs: number;
  /** How fast it goes: 1 is right, 0 stands still. */
  readonly rate: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A clock that is off, drifts, steps and stands still: a broken line over true time. */
export class Clock {
  readonly #pieces: Piece[];

  constructor(offsetMs: number, rate = 1) {
    this.#pieces = [{ fromMs: 0, readsMs: offsetMs, rate }];
  }

  /** Another one that begins as this one did. */
  copy(): Clock {
    const { readsMs, rate } = this.#pieces[0] as Piece;
    return new Clock(readsMs, rate);
  }

  at(trueMs: number): number {
    const piece = this.#pieces.findLast(({ fromMs }) => fromMs <= trueMs) ?? (this.#pieces[0] as Piece);
    return piece.readsMs + (trueMs - piece.fromMs) * piece.rate;
  }

  /** Somebody sets it, from now on. */
  step(nowMs: number, byMs: number): void {
    this.#pieces.push({ fromMs: nowMs, readsMs: this.at(nowMs) + byMs, rate: this.#rate });
  }

  /** It stands still for a while, as that of a suspended machine does. */
  stop(nowMs: number, forMs: number): void {
    const readsMs = this.at(nowMs);
    const rate = this.#rate;
    this.#pieces.push({ fromMs: nowMs, readsMs, rate: 0 }, { fromMs: nowMs + forMs, readsMs, rate });
  }

  /** The true time in which it reads from `from` to before `to`; several spans where it was set back. */
  spans(from: number, to: number): readonly Span[] {
    return this.#pieces.flatMap((piece, index) => {
      const end = this.#pieces[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
      if (piece.rate === 0)
        return from <= piece.readsMs && piece.readsMs < to ? [{ fromMs: piece.fromMs, toMs: end }] : [];
      const whenReads = (reads: number) => piece.fromMs + (reads - piece.readsMs) / piece.rate;
      const fromMs = Math.max(piece.fromMs, whenReads(from));
      const toMs = Math.min(end, whenReads(to));
      return fromMs < toMs ? [{ fromMs, toMs }] : [];
    });
  }

  get #rate(): number {
    return (this.#pieces.at(-1) as Piece).rate;
  }
}
