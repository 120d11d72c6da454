/** One figure that differs from the real service, for printing what is scaled down. */
export interface ScaledFigure {
  readonly what: string;
  readonly hereMs: number;
  readonly realMs: number;
}

/** Those of a pace that are not as `real`, in words. */
export function scaledBy<Pace extends Readonly<Record<keyof Pace, number>>>(
  words: Readonly<Record<keyof Pace, string>>,
  real: Pace,
  pace: Pace,
): readonly ScaledFigure[] {
  return (Object.keys(words) as (keyof Pace)[])
    .filter((figure) => pace[figure] !== real[figure])
    .map((figure) => ({ what: words[figure], hereMs: pace[figure], realMs: real[figure] }));
}
