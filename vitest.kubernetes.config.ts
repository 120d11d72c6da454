import { defineConfig } from "vitest/config";

/** Discovery and backups against a real kube-apiserver: one at a time, since each is most of a core. */
export default defineConfig({
  test: {
    include: ["test/peers/kubernetes/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
  },
});
