import { createHash } from "node:crypto";
import type { Wire } from "../azure/wire.ts";

/** Two ranges, so that a query over all partitions is really one over several. */
export const PARTITION_RANGES = [
  { id: "0", minInclusive: "", maxExclusive: "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF" },
  { id: "1", minInclusive: "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", maxExclusive: "FF" },
] as const;

/** What decides where a partition key is kept: 128 bits, of which the service keeps the first two clear. */
export function hashOf(partitionKey: unknown): string {
  const hash = createHash("sha256")
    .update(JSON.stringify(partitionKey ?? null))
    .digest()
    .subarray(0, 16);
  hash[0] = (hash[0] ?? 0) & 0x3f;
  return hash.toString("hex").toUpperCase();
}

/** Which range holds a partition key. */
export function rangeOf(partitionKey: unknown): string {
  return hashOf(partitionKey) < PARTITION_RANGES[0].maxExclusive ? "0" : "1";
}

export function partitionKeyOf(path: string, document: Wire): unknown {
  let value: unknown = document;
  for (const step of path.split("/").slice(1))
    value = typeof value === "object" && value !== null ? (value as Wire)[step] : undefined;
  return value;
}
