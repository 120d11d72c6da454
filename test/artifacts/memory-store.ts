import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { ArtifactStore } from "../../shared/artifacts/store.ts";

/** Dumps in memory, for what is not about stores. */
export function memoryStore(): ArtifactStore & { readonly objects: Map<string, Buffer> } {
  const objects = new Map<string, Buffer>();
  return {
    objects,
    name: "memory",
    problems: async () => [],
    async put(key, body) {
      const content = await buffer(body);
      objects.set(key, content);
      return { bytes: content.length };
    },
    async putText(key, text) {
      objects.set(key, Buffer.from(text));
    },
    getText: async (key) => objects.get(key)?.toString(),
    async head(key) {
      const found = objects.get(key);
      return found && { bytes: found.length };
    },
    get: async (key) => Readable.from([objects.get(key) ?? Buffer.alloc(0)], { objectMode: false }),
    async remove(key) {
      objects.delete(key);
    },
    close: () => {},
  };
}
