const MASK = (1n << 64n) - 1n;
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;
const BLOCK_BYTES = 16;
/** The least one is taken: it means "before the first". */
const LEAST = -(1n << 63n);
const GREATEST = (1n << 63n) - 1n;

/**
 * The token of a partition key by Cassandra's Murmur3Partitioner: MurmurHash3 x64, of which Cassandra reads the last
 * bytes of the input as signed, unlike everybody else.
 */
export function tokenOf(key: Uint8Array): bigint {
  let [h1, h2] = [0n, 0n];
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const blocks = Math.floor(key.length / BLOCK_BYTES);
  for (let block = 0; block < blocks; block++) {
    const at = block * BLOCK_BYTES;
    h1 ^= mixFirst(view.getBigUint64(at, true));
    h1 = (rotated(h1, 27n) + h2) & MASK;
    h1 = (h1 * 5n + 0x52dce729n) & MASK;
    h2 ^= mixSecond(view.getBigUint64(at + 8, true));
    h2 = (rotated(h2, 31n) + h1) & MASK;
    h2 = (h2 * 5n + 0x38495ab5n) & MASK;
  }
  const tail = blocks * BLOCK_BYTES;
  h2 ^= mixSecond(signedTail(view, tail + 8, Math.min(tail + BLOCK_BYTES, key.length)));
  h1 ^= mixFirst(signedTail(view, tail, Math.min(tail + 8, key.length)));
  const length = BigInt(key.length);
  h1 = ((h1 ^ length) + (h2 ^ length)) & MASK;
  h2 = ((h2 ^ length) + h1) & MASK;
  const token = BigInt.asIntN(64, finished(h1) + finished(h2));
  return token === LEAST ? GREATEST : token;
}

function rotated(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & MASK;
}

function mixFirst(k: bigint): bigint {
  return (rotated((k * C1) & MASK, 31n) * C2) & MASK;
}

function mixSecond(k: bigint): bigint {
  return (rotated((k * C2) & MASK, 33n) * C1) & MASK;
}

function signedTail(view: DataView, from: number, to: number): bigint {
  let k = 0n;
  for (let at = from; at < to; at++)
    k ^= BigInt.asUintN(64, BigInt(view.getInt8(at)) << BigInt((at - from) * 8));
  return k;
}

function finished(h: bigint): bigint {
  const once = ((h ^ (h >> 33n)) * 0xff51afd7ed558ccdn) & MASK;
  const twice = ((once ^ (once >> 33n)) * 0xc4ceb9fe1a85ec53n) & MASK;
  return twice ^ (twice >> 33n);
}
