import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const LENGTH = 12;

/** Of the bundle that this is a part of: another build is another version, and nothing else is. */
export function codeVersion(): string {
  return createHash("sha256")
    .update(readFileSync(new URL(import.meta.url)))
    .digest("hex")
    .slice(0, LENGTH);
}
