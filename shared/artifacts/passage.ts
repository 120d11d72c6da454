import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";

const BUFFER_BYTES = 2 ** 20;
const REPORTED_EVERY_BYTES = 16 * 2 ** 20;

/** What a stream was, once it has passed. */
export interface Seal {
  readonly sha256: string;
  readonly bytes: number;
}

/** Lets a stream pass and shows each piece of it; its end is withheld until `atEnd` has resolved. */
export function passage(see: (piece: Buffer) => void, atEnd = async () => {}): Transform {
  return new Transform({
    highWaterMark: BUFFER_BYTES,
    transform(piece: Buffer, _encoding, done: TransformCallback) {
      see(piece);
      done(null, piece);
    },
    flush(done: TransformCallback) {
      atEnd().then(() => done(), done);
    },
  });
}

/** Hashes what it is shown. */
export function sealing(): { see(piece: Buffer): void; bytes(): number; seal(): Seal } {
  const hash = createHash("sha256");
  let bytes = 0;
  return {
    see(piece) {
      hash.update(piece);
      bytes += piece.length;
    },
    bytes: () => bytes,
    seal: () => ({ sha256: hash.digest("hex"), bytes }),
  };
}

/** Counts what it is shown, and reports the sum now and then. */
export function counting(tell: (bytes: number) => void): {
  see(piece: Buffer): void;
  bytes(): number;
  report(): void;
} {
  let bytes = 0;
  let told = 0;
  return {
    see(piece) {
      bytes += piece.length;
      if (bytes - told < REPORTED_EVERY_BYTES) return;
      told = bytes;
      tell(bytes);
    },
    bytes: () => bytes,
    report: () => tell(bytes),
  };
}
