import { createHash } from "node:crypto";

/** Random choices that come out the same for the same seed, so that a rehearsal can be repeated. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  readonly below: (below: number) => number;
  /** A UUID of version 4, as the clients of a ledger use for their nonces. */
  readonly uuid: () => string;
}

export function seededRandom(seed: string): Random {
  const next = sfc32(createHash("sha256").update(seed).digest());
  const below = (limit: number) => Math.floor((next() / 2 ** 32) * limit);
  return { below, uuid: () => uuidOf(Buffer.from(Array.from({ length: 16 }, () => below(256)))) };
}

/** `count` different items, in random order. */
export function sample<T>(random: Random, items: readonly T[], count: number): T[] {
  const left = [...items];
  return Array.from({ length: Math.min(count, items.length) }, () =>
    left.splice(random.below(left.length), 1),
  ).flat();
}

function uuidOf(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Chris Doty-Humphrey's Small Fast Counting generator: 32 bits at a time, from 12 bytes of seed. */
function sfc32(seed: Buffer): () => number {
  let [a, b, c, counter] = [seed.readUInt32LE(0), seed.readUInt32LE(4), seed.readUInt32LE(8), 1];
  return () => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
}
