/** A second around which no transaction committed. */
export interface QuietSecond {
  readonly atSecond: number;
  /** How much farther away than the guard asks for the nearest commit is, in ms. */
  readonly marginMs: number;
}

/** Which quiet seconds are looked for. */
export interface QuietAsked {
  /** Seconds of the database's clock, both included. */
  readonly fromSecond: number;
  readonly toSecond: number;
  /** The one that is wanted: nearer ones come first. */
  readonly nearestSecond: number;
  /** On both sides of the second, in ms. */
  readonly guardMs: number;
}

/** What a coordinator says of a span. */
export interface QuietFound {
  /** In the order in which they are to be tried. */
  readonly candidates: readonly QuietSecond[];
  /** Commits that were seen in the span. */
  readonly commits: number;
}

/** Whoever restores tries no more than these: each costs a restore of all tables. */
const MOST_CANDIDATES = 20;
/** As much as nobody needs to be pickier about within one stretch. */
const AMPLE_MARGIN_MS = 5000;
/** Where no commit was seen on either side. */
const MOST_MARGIN_MS = 3_600_000;

const SECOND_MS = 1000;
const NONE_BEFORE = Number.NEGATIVE_INFINITY;
const NONE_AFTER = Number.POSITIVE_INFINITY;

/** Quiet seconds that follow each other: with no commit between them they hold the same. */
type Stretch = [QuietSecond, ...QuietSecond[]];

/**
 * Sees the times of commits in any order and keeps the first and the last of every second, so that what it takes
 * depends on the span and never on how many there are. A guard is longer than a second: what it cuts off its first and
 * its last second is told by these two.
 */
export class QuietSeconds {
  readonly #asked: QuietAsked;
  readonly #fromMs: number;
  /** What is dated later may be missing in the coordinator that is read: it says nothing. */
  readonly #toMs: number;
  readonly #first: Float64Array;
  readonly #last: Float64Array;
  #newestBefore = NONE_BEFORE;
  #commits = 0;

  constructor(asked: QuietAsked) {
    const { fromSecond, toSecond, guardMs } = asked;
    this.#asked = asked;
    this.#fromMs = fromSecond * SECOND_MS - guardMs;
    this.#toMs = (toSecond + 1) * SECOND_MS + guardMs;
    const seconds = this.#place(this.#toMs) + 1;
    this.#first = new Float64Array(seconds).fill(NONE_AFTER);
    this.#last = new Float64Array(seconds).fill(NONE_BEFORE);
  }

  see(atMs: number): void {
    if (atMs > this.#toMs) return;
    if (atMs < this.#fromMs) {
      this.#newestBefore = Math.max(this.#newestBefore, atMs);
      return;
    }
    const place = this.#place(atMs);
    this.#first[place] = Math.min(this.#first[place] ?? NONE_AFTER, atMs);
    this.#last[place] = Math.max(this.#last[place] ?? NONE_BEFORE, atMs);
    this.#commits += 1;
  }

  found(): QuietFound {
    const { nearestSecond } = this.#asked;
    const candidates = this.#stretches()
      .map((stretch) => ({ stretch, away: stretchAway(nearestSecond, stretch) }))
      .sort((a, b) => a.away - b.away)
      .slice(0, MOST_CANDIDATES)
      .map(({ stretch }) => bestOf(stretch, nearestSecond));
    return { candidates, commits: this.#commits };
  }

  #stretches(): readonly Stretch[] {
    const stretches: Stretch[] = [];
    for (const second of this.#quiet()) {
      const last = stretches.at(-1);
      if (last?.at(-1)?.atSecond === second.atSecond - 1) last.push(second);
      else stretches.push([second]);
    }
    return stretches;
  }

  *#quiet(): Generator<QuietSecond> {
    const { fromSecond, toSecond, guardMs } = this.#asked;
    const nextAfter = this.#nextAfter();
    let newest = this.#newestBefore;
    let seen = 0;
    for (let atSecond = fromSecond; atSecond <= toSecond; atSecond += 1) {
      const guard = { fromMs: atSecond * SECOND_MS - guardMs, toMs: (atSecond + 1) * SECOND_MS + guardMs };
      const place = this.#place(guard.fromMs);
      for (; seen <= place; seen += 1) newest = Math.max(newest, this.#last[seen] ?? NONE_BEFORE);
      const next = nextAfter[place + 1] ?? NONE_AFTER;
      if (newest >= guard.fromMs || next <= guard.toMs) continue;
      const until = Math.min(next, this.#toMs);
      yield { atSecond, marginMs: Math.min(guard.fromMs - newest, until - guard.toMs, MOST_MARGIN_MS) };
    }
  }

  /** The first commit in each second or any later one. */
  #nextAfter(): Float64Array {
    const next = this.#first.slice();
    for (let place = next.length - 2; place >= 0; place -= 1)
      next[place] = Math.min(next[place] ?? NONE_AFTER, next[place + 1] ?? NONE_AFTER);
    return next;
  }

  #place(ms: number): number {
    return Math.floor((ms - this.#fromMs) / SECOND_MS);
  }
}

/** The quiet seconds of a span, by the times of all commits. */
export function quietSeconds(asked: QuietAsked, commits: Iterable<number>): QuietFound {
  const seconds = new QuietSeconds(asked);
  for (const atMs of commits) seconds.see(atMs);
  return seconds.found();
}

function awayFrom(second: number, { atSecond }: QuietSecond): number {
  return Math.abs(atSecond - second);
}

function stretchAway(second: number, stretch: Stretch): number {
  const [first, last] = [stretch[0], stretch.at(-1) ?? stretch[0]];
  const isInside = first.atSecond <= second && second <= last.atSecond;
  return isInside ? 0 : Math.min(awayFrom(second, first), awayFrom(second, last));
}

/** A second more or less within a stretch loses nothing, so what is far from the next commit is better. */
function bestOf(stretch: Stretch, nearestSecond: number): QuietSecond {
  const worth = ({ marginMs }: QuietSecond) => Math.min(marginMs, AMPLE_MARGIN_MS);
  return stretch.reduce((best, each) => {
    const better = worth(each) - worth(best);
    return better > 0 || (better === 0 && awayFrom(nearestSecond, each) < awayFrom(nearestSecond, best))
      ? each
      : best;
  });
}
