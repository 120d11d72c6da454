import { fileURLToPath } from "node:url";

/**
 * The environment of all tests, and so of the hundreds of processes that they start: each would compile the same
 * SDKs and strip the same types anew. Node compares what it keeps with the source. Vitest leaves it out for coverage.
 */
export const COMPILED = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../node_modules/.compiled/", import.meta.url)),
} as const;
