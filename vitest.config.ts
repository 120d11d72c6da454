import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { COMPILED } from "./test/compiled.ts";
import { LongestFirst } from "./test/longest-first.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/peers/**", "test/longer/**"],
    env: COMPILED,
    sequence: { sequencer: LongestFirst },
    // Most tests wait for processes and servers of their own, so that one for each processor leaves half of it idle.
    maxWorkers: availableParallelism() + 1,
    // Real processes and real sockets, on machines that are busy with other tests.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      include: ["shared/**/*.ts"],
      exclude: ["shared/**/gen/**"],
      reporter: ["text-summary", "json-summary"],
    },
  },
});
