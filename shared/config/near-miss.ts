/** A third of a word mistyped is still likely meant; more is another word. */
const CLOSENESS = 3;

/** The candidate that a mistyped word most likely meant. */
export function nearMiss(word: string, candidates: readonly string[]): string | undefined {
  const key = simple(word);
  const most = Math.max(1, Math.floor(word.length / CLOSENESS));
  const ranked = candidates.map((candidate) => ({ candidate, edits: editsBetween(key, simple(candidate)) }));
  const [best] = ranked.filter(({ edits }) => edits <= most).sort((a, b) => a.edits - b.edits);
  return best?.candidate;
}

/** `, did you mean "hold"?`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = nearMiss(word, candidates);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}

/** `drain_wait`, `drain-wait` and `DrainWait` all mean `drainWait`. */
function simple(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, "");
}

/** Letters put in, left out, replaced, or swapped with their neighbour. */
function editsBetween(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(i - 1, j - 1) + same, at(i - 1, j) + 1, at(i, j - 1) + 1, swapped));
    }
  }
  return at(a.length, b.length);
}
