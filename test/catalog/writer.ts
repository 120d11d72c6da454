/** A process of its own that writes to a store, for the contract suite: `writer.ts count|churn OPENER LOCATION`. */
import type { Store } from "../../shared/catalog/store.ts";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";

export const ROUNDS = 200;
const CHURNED = 5;
const LONGEST_FILL = 60_000;
const MOST_ATTEMPTS = 2_000;

type Work = (store: Store) => Promise<void>;

/** Adds one to a record, and one entry to a journal, again and again, against whoever else does the same. */
const count: Work = async (store) => {
  for (let round = 0; round < ROUNDS; round++) {
    await untilNoConflict(async () => {
      const { value, version } = (await store.read("runs", "counter")) ?? { value: 0, version: "absent" };
      await store.write("runs", "counter", (value as number) + 1, version);
    });
    await untilNoConflict(async () => {
      const { length } = await store.journal("counted");
      await store.append("counted", length, length);
    });
  }
};

/** Writes for ever, and prints each entry of the journal once it is durable. */
const churn: Work = async (store) => {
  for (let next = (await store.journal("churned")).length; ; next++) {
    const id = `churned-${next % CHURNED}`;
    const fill = "ü".repeat(Math.floor(Math.random() * LONGEST_FILL));
    const version = (await store.read("runs", id))?.version ?? "absent";
    await store.write("runs", id, { fill, length: fill.length }, version);
    await store.append("churned", next, { next, fill });
    process.stdout.write(`${next}\n`);
  }
};

async function untilNoConflict(attempt: () => Promise<void>): Promise<void> {
  for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (codeOf(error) !== "CATALOG_CONFLICT") throw error;
    }
  }
  throw new Error("there was always a conflict");
}

if (import.meta.main) {
  const [work, opener, location] = process.argv.slice(2) as [string, string, string];
  const { openStore } = (await import(opener)) as { openStore: (location: string) => Store };
  await (work === "count" ? count : churn)(openStore(location));
}
