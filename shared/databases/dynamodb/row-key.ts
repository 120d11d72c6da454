import { StillpointError } from "../../errors/stillpoint-error.ts";
import { CLUSTERING_KEY, type Item, PARTITION_KEY } from "./row-item.ts";

/** The primary key of an item, as one text that names it in its table. */
export function rowKeyOf(item: Item): string {
  const parts = [PARTITION_KEY, CLUSTERING_KEY].flatMap((name) => {
    const bytes = item[name]?.B;
    return bytes === undefined ? [] : [[name, Buffer.from(bytes).toString("base64")]];
  });
  return JSON.stringify(Object.fromEntries(parts));
}

/** The key that `rowKeyOf` has written. */
export function parseRowKey(text: string): Item {
  const parts = Object.entries(JSON.parse(text) as Record<string, string>);
  if (!parts.some(([name]) => name === PARTITION_KEY))
    throw new StillpointError("INTERNAL", `"${text}" is not the key of a row of DynamoDB`);
  return Object.fromEntries(parts.map(([name, base64]) => [name, { B: Buffer.from(base64, "base64") }]));
}
