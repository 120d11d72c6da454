/** A stretch of the hashed partition keys, in the service's own spelling: hexadecimal digits compared as text. */
export interface Span {
  /** The first one in it; "" where it begins with the least. */
  readonly from: string;
  /** The first one behind it; "FF" where it goes to the end. */
  readonly to: string;
}

const LEAST = "";
const END = "FF";
/** Hashes have 128 bits, of which the service keeps the first two clear. */
const DIGITS = 32;
const HASHES = 1n << 126n;

/**
 * One of `segments` disjoint spans that together are everything. Their bounds hang on nothing but the two numbers: a
 * partition that is split meanwhile moves no document from one segment to another.
 */
export function spanOf(segment: number, segments: number): Span {
  return {
    from: segment === 0 ? LEAST : boundary(segment, segments),
    to: segment === segments - 1 ? END : boundary(segment + 1, segments),
  };
}

function boundary(number: number, of: number): string {
  const hash = (HASHES * BigInt(number)) / BigInt(of);
  return hash.toString(16).toUpperCase().padStart(DIGITS, "0");
}

/** A physical partition as the service lists it. */
export interface PartitionRange {
  readonly id: string;
  readonly minInclusive: string;
  readonly maxExclusive: string;
}

export interface Part extends Span {
  /** Of the physical partition that holds it. */
  readonly range: string;
}

/** A span by the physical partitions that hold it. */
export function partsOf({ from, to }: Span, ranges: readonly PartitionRange[]): readonly Part[] {
  return ranges.flatMap(({ id, minInclusive, maxExclusive }) => {
    const part = { range: id, from: later(from, minInclusive), to: earlier(to, maxExclusive) };
    return part.from < part.to ? [part] : [];
  });
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}

function earlier(one: string, other: string): string {
  return one < other ? one : other;
}
