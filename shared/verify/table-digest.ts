import { hash } from "node:crypto";

const BITS = 128;

/** How many records a table holds and what they are, whatever the order they came in. */
export interface TableDigest {
  readonly count: number;
  /** 32 hex digits; equal for two tables that hold the same records. */
  readonly digest: string;
}

/**
 * The digest of one raw record in canonical form. A table's digest is the sum of these modulo 2^128: a sum, not
 * an exclusive or, so that a record that is there twice does not cancel out.
 */
export function recordDigest(canonical: string | Uint8Array): bigint {
  const bytes = hash("sha256", canonical, "buffer");
  return (bytes.readBigUInt64LE(0) << 64n) | bytes.readBigUInt64LE(8);
}

export function addDigests(left: bigint, right: bigint): bigint {
  return BigInt.asUintN(BITS, left + right);
}

/** Of all records of parts that have none in common. */
export function sumOfDigests(parts: readonly TableDigest[]): TableDigest {
  const digest = parts.reduce((sum, part) => addDigests(sum, BigInt(`0x${part.digest}`)), 0n);
  return { count: parts.reduce((sum, { count }) => sum + count, 0), digest: digestText(digest) };
}

export function digestText(digest: bigint): string {
  return BigInt.asUintN(BITS, digest)
    .toString(16)
    .padStart(BITS / 4, "0");
}
