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
