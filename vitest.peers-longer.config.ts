import { defineConfig } from "vitest/config";
import peers from "./vitest.peers.config.ts";

/** What the daily tests on real peers have no time for. */
export default defineConfig({
  test: { ...peers.test, include: ["test/peers/longer/**/*.test.ts"], exclude: [] },
});
