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

function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
