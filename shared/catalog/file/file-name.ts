import { createHash } from "node:crypto";

/** Longer names are cut and made unique by a digest: file systems end at 255 bytes, and temporary names add some. */
const LONGEST_NAME = 160;
const KEPT_OF_LONG_NAME = 90;

/**
 * A file name for any id: what people choose for names stays readable, every other byte becomes %XX. So no id
 * can leave its folder, be hidden, or be rewritten by a file system that normalises Unicode. The id itself is
 * inside the file, which tells apart what a file system that ignores case does not.
 */
export function fileNameOf(id: string): string {
  const name =
    Array.from(new TextEncoder().encode(id), (byte, index) => escaped(byte, index === 0)).join("") || "%";
  if (name.length <= LONGEST_NAME) return name;
  return `${name.slice(0, KEPT_OF_LONG_NAME)}~${createHash("sha256").update(id).digest("hex")}`;
}

function escaped(byte: number, first: boolean): string {
  const character = String.fromCharCode(byte);
  const plain = /[A-Za-z0-9_-]/.test(character) || (character === "." && !first);
  return plain ? character : `%${byte.toString(16).padStart(2, "0").toUpperCase()}`;
}
