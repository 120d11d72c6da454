import { createHash, randomBytes } from "node:crypto";

/** A value of so many parts of 340 kB. */
export function large(parts: number): { readonly fill: string } {
  // Random base64 is compressed to little more than the bytes that it stands for.
  return { fill: randomBytes(Math.floor((parts - 0.5) * 330_000)).toString("base64") };
}

export function digest(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(value) ?? "nothing")
    .digest("hex");
}
