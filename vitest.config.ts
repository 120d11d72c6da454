import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/peers/**"],
    // Most tests wait for processes and servers of their own: a processor left free for vitest stands idle.
    maxWorkers: Math.max(2, availableParallelism()),
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
