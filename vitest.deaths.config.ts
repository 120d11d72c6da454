import { defineConfig } from "vitest/config";
import { COMPILED } from "./test/compiled.ts";

/** The tests of every way to die, with far more kills at random than the daily ones have, and what these have no time for. */
export default defineConfig({
  test: {
    include: [
      "test/deaths/**/*.test.ts",
      "test/longer/**/*.test.ts",
      "test/deployment/{,cosmosdb-,settled-}whole-way.test.ts",
      "test/restore/{durable-operations,orchestrated-restore}.test.ts",
      "test/settle/{attack,journals}.test.ts",
    ],
    env: { ...COMPILED, STILLPOINT_KILLS: "240" },
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
