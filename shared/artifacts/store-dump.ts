import type { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { writeFailure } from "./failure.ts";
import { counting, passage, type Seal, sealing } from "./passage.ts";
import type { ArtifactStore } from "./store.ts";
import { compress } from "./zstd.ts";

/** How far a dump has come. */
export interface DumpProgress {
  /** Before compression. */
  readonly rawBytes: number;
  readonly storedBytes: number;
}

export interface DumpToStore {
  readonly store: ArtifactStore;
  readonly key: string;
  /** What the tool writes. */
  readonly output: Readable;
  /** The tool's own verdict on what it wrote. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  /** Of what is stored, as far as it can be guessed. */
  readonly expectedBytes: number;
  readonly report?: (progress: DumpProgress) => void;
  readonly signal?: AbortSignal;
}

export interface StoredDump extends Seal {
  readonly rawBytes: number;
}

/** A tool whose output breaks off has ended, or is about to. */
const VERDICT_MS = 2_000;

/**
 * Compresses, hashes and stores what a tool writes, in constant memory. The end of the object is withheld until the
 * tool has ended well. Where anything fails the tool is stopped, and nothing is left in the store.
 */
export async function storeDump(dump: DumpToStore): Promise<StoredDump> {
  const { store, key, output, ended, expectedBytes, signal } = dump;
  ended.catch(() => undefined);
  output.on("error", () => undefined);
  try {
    const flow = await startFlow(dump);
    const stop = () => flow.body.destroy(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      await store.put(key, flow.body, { expectedBytes, ...(signal && { signal }) });
      return flow.stored();
    } finally {
      signal?.removeEventListener("abort", stop);
      flow.end();
    }
  } catch (error) {
    const cause = output.errored === null ? error : await verdictBefore(error, ended);
    output.destroy();
    // What failed first is what is told.
    await dump.stop().catch(() => undefined);
    throw writeFailure(`store dump "${key}"`, cause, "nothing of it is left in the store");
  }
}

interface Flow {
  readonly body: Transform;
  stored(): StoredDump;
  end(): void;
}

async function startFlow({ output, ended, report }: DumpToStore): Promise<Flow> {
  const zstd = await compress();
  const stored = sealing();
  const raw = counting((rawBytes) => report?.({ rawBytes, storedBytes: stored.bytes() }));
  const feeding = pipeline(output, passage(raw.see), zstd.input);
  const body = passage(stored.see, async () => {
    await zstd.ended;
    await feeding;
    await ended;
  });
  const compressing = pipeline(zstd.output, body);
  // Whatever fails, it is the body that tells the store.
  for (const part of [feeding, compressing]) part.catch(() => undefined);
  ended.catch((error: unknown) => body.destroy(error as Error));
  return {
    body,
    stored: () => {
      raw.report();
      return { ...stored.seal(), rawBytes: raw.bytes() };
    },
    end: () => {
      body.destroy();
      zstd.kill();
    },
  };
}

/** A tool whose output breaks off knows better why. */
async function verdictBefore(error: unknown, ended: Promise<void>): Promise<unknown> {
  try {
    await Promise.race([ended, delay(VERDICT_MS, undefined, { ref: false })]);
    return error;
  } catch (verdict) {
    return verdict;
  }
}
