import type { BackupInput } from "../../shared/backup/backup-input.ts";
import type { Snapshots } from "../../shared/backup/snapshot.ts";
import type { Effect } from "../../shared/workflow/effect.ts";
import { INPUT, type Mischief, SmallWorld } from "./small-world.ts";

const SNAPSHOT_MS = 40;

export const ONE: BackupInput = {
  ...INPUT,
  basis: "snapshot",
  databases: [{ name: "main", kind: "jdbc" }],
};

export const TWO: BackupInput = {
  ...INPUT,
  databases: [
    { name: "ledger", kind: "jdbc" },
    { name: "coordinator", kind: "jdbc" },
  ],
};

/** A small world whose databases are dumped, as far as a backup sees of it. */
export class DumpingWorld extends SmallWorld {
  /** Databases whose dump is under way. */
  readonly dumping = new Set<string>();
  /** Whether every instance was paused when the snapshots were taken. */
  pausedMeanwhile: boolean | undefined;
  /** How long after the question a snapshot was begun, and was seen. */
  begunAfterMs = 1;
  takenAfterMs = SNAPSHOT_MS;
  dumpFailure: string | undefined;

  constructor(mischief?: Mischief) {
    super(mischief);
    const others = this.answer;
    Object.assign(this, { answer: (effect: Effect) => this.#dumps(effect) ?? others(effect) });
  }

  #dumps(effect: Effect): unknown {
    switch (effect.kind) {
      case "take-snapshots":
        // Counted, and made mischief of, like every other.
        this.#unanswered(effect);
        return this.#take((effect as Effect & { databases: readonly string[] }).databases);
      case "drop-dumps":
        this.#unanswered(effect);
        this.dumping.clear();
        return {};
      case "finish-dumps":
        this.#unanswered(effect);
        return this.#finish();
      default:
        return undefined;
    }
  }

  #unanswered(effect: Effect): void {
    this.effects.push(effect);
    this.mischief(effect, this);
  }

  #take(databases: readonly string[]): Snapshots {
    const askedMs = this.oursMs;
    this.pausedMeanwhile = this.closed.size === 3;
    for (const database of databases) this.dumping.add(database);
    this.oursMs += this.takenAfterMs;
    return Object.fromEntries(
      databases.map((name) => [
        name,
        {
          begunMs: askedMs + this.begunAfterMs,
          takenMs: askedMs + this.takenAfterMs,
          atMs: askedMs + this.takenAfterMs + this.databaseOffsetMs,
          captured: { dumpOf: name },
        },
      ]),
    );
  }

  #finish() {
    this.dumping.clear();
    const [point] = this.points.splice(0);
    const ended =
      this.dumpFailure === undefined
        ? { ...point, artifact: "complete" }
        : { ...point, artifact: "failed", because: this.dumpFailure };
    this.points.push(ended as (typeof this.points)[number]);
    return { point: ended };
  }
}
