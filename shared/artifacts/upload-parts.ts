import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { type PartLimits, partBytes } from "./part-size.ts";
import { rejectedBy } from "./rejected-by.ts";

/** Held in memory at once: what is being sent, and what is being filled meanwhile. One part at least. */
const MEMORY_BYTES = 80 * 2 ** 20;
const MOST_BUFFERS = 5;
const FIRST_WAIT_MS = 250;
const MOST_REPEATS = 4;

export interface PartUpload {
  readonly expectedBytes: number;
  readonly limits: PartLimits;
  /** Sends one part, numbered from 1 on; again with the same one where the failure passes. */
  send(number: number, part: Buffer, signal: AbortSignal): Promise<void>;
  passes(error: unknown): boolean;
  readonly signal: AbortSignal | undefined;
}

/** Sends all of a stream in parts, several at a time, out of a bounded number of buffers, and answers its length. */
export async function uploadParts(body: Readable, upload: PartUpload): Promise<number> {
  const failing = new AbortController();
  const signal = AbortSignal.any([failing.signal, ...(upload.signal ? [upload.signal] : [])]);
  const sending = new Set<Promise<void>>();
  try {
    const bytes = await sendAll(body, upload, { sending, signal, fail: (error) => failing.abort(error) });
    await Promise.all(sending);
    return bytes;
  } catch (error) {
    // Nobody waits for a stream any more that may never go on.
    body.destroy();
    failing.abort(error);
    await Promise.allSettled(sending);
    throw signal.reason;
  }
}

interface Underway {
  readonly sending: Set<Promise<void>>;
  readonly signal: AbortSignal;
  fail(error: unknown): void;
}

async function sendAll(
  body: Readable,
  upload: PartUpload,
  { sending, signal, fail }: Underway,
): Promise<number> {
  const halted = rejectedBy(signal);
  const fill = fillingFrom(body);
  const free: Buffer[] = [];
  for (let number = 1, bytes = 0; ; number++) {
    const size = partBytes(number, upload.expectedBytes, upload.limits);
    while (sending.size >= buffersOf(size)) await Promise.race(sending);
    const buffer = bufferOf(size, free);
    const part = await Promise.race([fill(buffer, size), halted]);
    // An object of nothing is made of one part all the same.
    if (part.length === 0 && number > 1) return bytes;
    bytes += part.length;
    const sent = sendPatiently(number, part, upload, signal).then(() => {
      free.push(buffer);
      sending.delete(sent);
    });
    sent.catch(fail);
    sending.add(sent);
    if (part.length < size) return bytes;
  }
}

function buffersOf(size: number): number {
  return Math.min(Math.max(1, Math.floor(MEMORY_BYTES / size)), MOST_BUFFERS);
}

/** Used again and again: memory that is left to the garbage collector would pile up first. */
function bufferOf(size: number, free: Buffer[]): Buffer {
  const used = free.pop();
  return used !== undefined && used.length >= size ? used : Buffer.allocUnsafeSlow(size);
}

/** Fills a buffer with what the stream gives next; with less only at its end. */
function fillingFrom(body: Readable): (buffer: Buffer, size: number) => Promise<Buffer> {
  const chunks: AsyncIterator<Buffer> = body[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  return async (buffer, size) => {
    let filled = 0;
    while (filled < size) {
      if (rest.length === 0) {
        const next = await chunks.next();
        if (next.done) break;
        rest = next.value;
      }
      const taken = rest.copy(buffer, filled, 0, size - filled);
      rest = rest.subarray(taken);
      filled += taken;
    }
    return buffer.subarray(0, filled);
  };
}

async function sendPatiently(
  number: number,
  part: Buffer,
  { send, passes }: PartUpload,
  signal: AbortSignal,
): Promise<void> {
  for (let repeat = 0; ; repeat++) {
    try {
      return await send(number, part, signal);
    } catch (error) {
      if (repeat === MOST_REPEATS || signal.aborted || !passes(error)) throw error;
      await delay(FIRST_WAIT_MS * 2 ** repeat, undefined, { signal });
    }
  }
}
