/**
 * In place: what is restored takes the place of the original. Side by side: it is made to be looked at, and the
 * original is left alone.
 */
export type Mode = "in-place" | "side-by-side";
