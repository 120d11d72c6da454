/** How often a quiet second exists within the minutes before a moment, at several rates of commits. */
import { quietSeconds } from "../shared/verify/quiet-seconds.ts";
import { DEFAULT_CLOCKS } from "../shared/verify/subject.ts";

const MINUTES = 10;
const SPANS = 2_000;
const RATES = [0.1, 0.5, 1, 2, 5];
const DEFAULT_GUARD_MS = DEFAULT_CLOCKS.scalarClockBoundMs + DEFAULT_CLOCKS.databaseSkewMs;
const GUARDS_MS = [DEFAULT_GUARD_MS, 350, 100];

/** xorshift: the same figures on every machine. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
}

/** Commits that come independently of each other. */
function* commits(perSecond: number, spanMs: number, draw: () => number): Generator<number> {
  for (let atMs = 0; ; ) {
    atMs += (-Math.log(draw()) / perSecond) * 1000;
    if (atMs > spanMs) return;
    yield Math.floor(atMs);
  }
}

interface Rate {
  readonly found: number;
  readonly seconds: readonly number[];
}

function tried(perSecond: number, guardMs: number): Rate {
  const draw = draws(20_261_130);
  const before = Math.ceil(guardMs / 1000);
  const toSecond = before + MINUTES * 60 - 1;
  const asked = { fromSecond: before, toSecond, nearestSecond: toSecond, guardMs };
  const back: number[] = [];
  for (let span = 0; span < SPANS; span++) {
    const [first] = quietSeconds(asked, commits(perSecond, (toSecond + 1 + before) * 1000, draw)).candidates;
    if (first !== undefined) back.push(toSecond - first.atSecond);
  }
  return { found: back.length / SPANS, seconds: back.sort((a, b) => a - b) };
}

function main(): void {
  console.log(`${SPANS} spans of ${MINUTES} min each; commits arrive independently of each other`);
  for (const guardMs of GUARDS_MS)
    for (const rate of RATES) {
      const { found, seconds } = tried(rate, guardMs);
      const at = (share: number) => seconds[Math.floor(share * (seconds.length - 1))] ?? "-";
      // By the formula: a second is quiet where none of its guard's commits came.
      const each = Math.exp((-rate * (1000 + 2 * guardMs)) / 1000);
      console.log(
        `guard ${guardMs} ms, ${rate} a second: found in ${(found * 100).toFixed(1)} %; median ${at(0.5)} s back, 95 % within ${at(0.95)} s; one second alone ${(each * 100).toPrecision(2)} %`,
      );
    }
}

main();
