import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describeStore } from "./store-contract.ts";

describeStore("memory store", {
  opener: fileURLToPath(new URL("./memory-store.ts", import.meta.url)),
  newLocation: async () => randomUUID(),
  reach: "process",
});
