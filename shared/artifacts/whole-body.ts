import { addAbortSignal, PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { damaged, readFailure } from "./failure.ts";

const BUFFER_BYTES = 4 * 2 ** 20;
/** A service that sends nothing for so long has forgotten the connection. */
const STALL_MS = 60_000;
/** In a row, each without a single byte. */
const MOST_FAILURES = 5;
const FIRST_WAIT_MS = 100;

export interface OpenedBody {
  readonly body: Readable;
  /** Of the whole object, wherever the body begins. */
  readonly bytes: number;
  /** Another one is another object. */
  readonly tag: string;
}

/** Opens an object from a position on; `tag` is that of the object that was opened first. */
export type OpenBody = (from: number, tag: string | undefined, signal: AbortSignal) => Promise<OpenedBody>;

/**
 * An object as one stream, which goes on where a connection was cut, and fails where it does not come to the object's
 * end or the object has changed. `what` names it in messages.
 */
export async function wholeBody(what: string, open: OpenBody, asked?: AbortSignal): Promise<Readable> {
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, ...(asked ? [asked] : [])]);
  const first = await open(0, undefined, signal);
  const whole = new PassThrough({ highWaterMark: BUFFER_BYTES });
  // It may fail before anybody reads it; who does so later is still told.
  whole.on("error", () => undefined);
  whole.once("close", () => left.abort());
  if (asked !== undefined) addAbortSignal(asked, whole);
  pipeline(pieces(what, first, open, signal), whole).catch(() => undefined);
  return whole;
}

async function* pieces(
  what: string,
  first: OpenedBody,
  open: OpenBody,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let received = 0;
  let opened = first;
  for (let failures = 0; ; ) {
    try {
      for await (const piece of watched(opened.body, signal)) {
        received += piece.length;
        if (received > first.bytes)
          throw damaged(`${what} is longer than the ${first.bytes} bytes that it has`);
        failures = 0;
        yield piece;
      }
      if (received < first.bytes) throw new Error(`it ended after ${received} of ${first.bytes} bytes`);
    } catch (error) {
      failures += 1;
      if (signal.aborted || error instanceof StillpointError) throw error;
      if (failures > MOST_FAILURES) throw readFailure(`read ${what}`, error);
    }
    if (received === first.bytes) return;
    await delay(FIRST_WAIT_MS * 2 ** failures, undefined, { signal });
    opened = await open(received, first.tag, signal).catch((error: unknown) => {
      throw readFailure(`read ${what}`, error);
    });
    if (opened.tag !== first.tag || opened.bytes !== first.bytes) {
      opened.body.destroy();
      throw damaged(`${what} was changed while it was read`);
    }
  }
}

/** Pieces of a body that is given up where none comes for long, however long whoever reads takes over one. */
async function* watched(body: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  addAbortSignal(signal, body);
  let waiting = true;
  const watch = setTimeout(() => {
    if (waiting) body.destroy(new Error(`nothing came for ${STALL_MS / 1000} s`));
    else watch.refresh();
  }, STALL_MS);
  try {
    for await (const piece of body) {
      waiting = false;
      yield piece;
      waiting = true;
      watch.refresh();
    }
  } finally {
    clearTimeout(watch);
    body.destroy();
  }
}
