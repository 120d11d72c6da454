/** Of Murmur3Partitioner, which every cluster has unless it is older than 2012 or was told otherwise. */
const LOWEST = -(2n ** 63n);
const TOKENS = 2n ** 64n;

const MURMUR3 = "org.apache.cassandra.dht.Murmur3Partitioner";

/** Whether its tokens are known here, so that a table can be read in ranges of them. */
export function isCut(partitioner: string): boolean {
  return partitioner === MURMUR3;
}

/** Tokens greater than the one and not greater than the other; where one is missing, all there are on that side. */
export interface TokenRange {
  readonly above?: bigint;
  readonly upTo?: bigint;
}

/**
 * One of the disjoint ranges that together hold every token. The outer ones have no end: whatever the lowest and the
 * highest token mean to a partitioner, such as the whole ring, they are not left out and never asked for by name.
 */
export function tokenRange(segment: number, segments: number): TokenRange {
  const bound = (place: number) => LOWEST + (TOKENS * BigInt(place)) / BigInt(segments);
  return {
    ...(segment > 0 && { above: bound(segment) }),
    ...(segment + 1 < segments && { upTo: bound(segment + 1) }),
  };
}
