import { StillpointError } from "../errors/stillpoint-error.ts";
import type { ErrorCode } from "../errors/table.ts";
import { secondText, timeText } from "../verify/time-text.ts";

/** Reasons to stop, those first that question the clocks and ids that the others are told by. */
const STOPS = [
  "COPY_DISPROVEN",
  "SETTLE_CLOCKS",
  "SETTLE_RETRIED",
  "SETTLE_GROUP_COMMIT",
  "SETTLE_ONE_PHASE",
  "SETTLE_PURGED",
  "SETTLE_OLD",
  "SETTLE_UNRESOLVED",
] as const satisfies readonly ErrorCode[];
export type Stop = (typeof STOPS)[number];

const MOST_TOLD = 5;

interface Tally {
  count: number;
  readonly told: string[];
}

/** Collects what forbids to settle a copy: all is counted, of each reason the first few are told. */
export class Signs {
  readonly #tallies = new Map<Stop, Tally>();

  add(stop: Stop, told: string): void {
    const tally = this.#tallies.get(stop) ?? { count: 0, told: [] };
    this.#tallies.set(stop, tally);
    tally.count += 1;
    if (tally.told.length < MOST_TOLD) tally.told.push(told);
  }

  clocks(transaction: string, atMs: number, what: string): void {
    this.add("SETTLE_CLOCKS", `${named(transaction, atMs)} ${what}`);
  }

  old({ transaction, committedMs }: { transaction: string; committedMs: number | null }, what: string): void {
    this.add("SETTLE_OLD", `${named(transaction, committedMs)} ${what} that does not stand`);
  }

  /** Nothing is changed where anything was seen. `advice` is what else is known for whoever reads the reason. */
  stop(atSecond: number, advice: (stop: Stop) => string): void {
    for (const stop of STOPS) {
      const tally = this.#tallies.get(stop);
      if (tally === undefined) continue;
      const more = tally.count - tally.told.length;
      throw new StillpointError(
        stop,
        `settling the copies of ${secondText(atSecond)}: ${tally.told.join("; ")}${more > 0 ? `; and ${more} more` : ""}. ` +
          `${advice(stop)}No row was changed, and the originals were not touched`,
      );
    }
  }
}

/** A transaction as messages name it. */
export function named(transaction: string, atMs: number | null): string {
  return atMs === null ? `transaction "${transaction}"` : `transaction "${transaction}" (${timeText(atMs)})`;
}
