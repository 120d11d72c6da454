import { createHash } from "node:crypto";

/** The same for the same, so that a second try makes no second one. */
export function guidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [8, 4, 4, 4, 12]
    .map((length, index, all) => {
      const from = all.slice(0, index).reduce((sum, each) => sum + each, 0);
      return hex.slice(from, from + length);
    })
    .join("-");
}
