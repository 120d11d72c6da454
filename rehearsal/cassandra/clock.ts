import { randomBytes } from "node:crypto";
import type { Timestamp } from "./storage/rows.ts";
import { uuidText } from "./value.ts";

/** Microseconds since the epoch that never stand still: no two writes of a coordinator have the same. */
export function coordinatorClock(): () => Timestamp {
  let last = 0;
  return () => {
    const micros = Math.floor((performance.timeOrigin + performance.now()) * 1000);
    last = Math.max(last + 1, micros);
    return last;
  };
}

const MICROS_BEFORE_1970 = 12_219_292_800_000_000n;
const TICKS_PER_MICRO = 10n;

/** A UUID of version 1, which holds the time that it was made. */
export function timeUuid(micros: Timestamp): string {
  const ticks = (BigInt(micros) + MICROS_BEFORE_1970) * TICKS_PER_MICRO;
  const bytes = randomBytes(16);
  bytes.writeUInt32BE(Number(ticks & 0xffffffffn), 0);
  bytes.writeUInt16BE(Number((ticks >> 32n) & 0xffffn), 4);
  bytes.writeUInt16BE(Number((ticks >> 48n) & 0x0fffn) | 0x1000, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return uuidText(bytes);
}
