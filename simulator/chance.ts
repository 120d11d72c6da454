import { seededRandom } from "../rehearsal/ledger/random.ts";

/** Everything that is left to chance in a run: the same for the same seed. */
export interface Chance {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  between(least: number, most: number): number;
  flip(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** Mostly short and now and then long, as waiting times are. */
  exponential(mean: number): number;
}

const FINE = 2 ** 32;

export function chanceOf(seed: string): Chance {
  const { below } = seededRandom(seed);
  const unit = () => below(FINE) / FINE;
  return {
    below,
    between: (least, most) => least + unit() * (most - least),
    flip: (probability) => unit() < probability,
    pick: ([first, ...rest]) => [first, ...rest][below(rest.length + 1)] ?? first,
    exponential: (mean) => -mean * Math.log(1 - unit()),
  };
}
