import { defineConfig } from "vitest/config";
import { COMPILED } from "./test/compiled.ts";

/** The main job on software that nobody here wrote: several Java servers at a time, so one file after the other. */
export default defineConfig({
  test: {
    include: ["test/peers/**/*.test.ts"],
    exclude: ["test/peers/kubernetes/**", "test/peers/longer/**"],
    env: COMPILED,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
  },
});
