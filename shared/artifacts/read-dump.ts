import { addAbortSignal, PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { checkDump, expectSame, type SealedDump } from "./check-dump.ts";
import { readFailure } from "./failure.ts";
import { passage, sealing } from "./passage.ts";
import type { ArtifactStore } from "./store.ts";
import { decompress, type Zstd } from "./zstd.ts";

const BUFFER_BYTES = 2 ** 20;

/**
 * A dump as the tool wrote it. The stream fails at its end where what was read is not what was stored, so that nobody
 * who waits for the end takes it for whole; whoever wants to know that beforehand checks it first.
 */
export async function readDump(
  store: ArtifactStore,
  dump: SealedDump,
  signal?: AbortSignal,
): Promise<Readable> {
  const stored = await store.get(dump.key, signal);
  const zstd = await decompress().catch((error: unknown) => {
    stored.destroy();
    throw readFailure(`decompress "${dump.key}"`, error);
  });
  const seal = sealing();
  const check = passage(seal.see, async () => expectSame(store, dump, seal.seal()));
  const feeding = pipeline(stored, check, zstd.input);
  feeding.catch(() => undefined);
  const raw = new PassThrough({ highWaterMark: BUFFER_BYTES });
  const explained = async (failures: readonly unknown[]) => {
    const own = failures.find((failure) => failure instanceof StillpointError);
    // zstd may fail on sound data, too.
    if (own === undefined) await checkDump(store, dump, undefined, signal);
    return own ?? readFailure(`decompress "${dump.key}"`, failures.at(-1));
  };
  pipeline(piecesOf(zstd, feeding, explained), raw).catch(() => undefined);
  // It may fail before anybody reads it; who does so later is still told.
  raw.on("error", () => undefined);
  raw.once("close", () => {
    stored.destroy();
    zstd.kill();
  });
  return signal === undefined ? raw : addAbortSignal(signal, raw);
}

async function* piecesOf(
  zstd: Zstd,
  feeding: Promise<void>,
  explained: (failures: readonly unknown[]) => Promise<unknown>,
): AsyncGenerator<Buffer> {
  const failures: unknown[] = [];
  try {
    yield* zstd.output;
  } catch (error) {
    failures.push(error);
  }
  for (const outcome of await Promise.allSettled([feeding, zstd.ended]))
    if (outcome.status === "rejected") failures.push(outcome.reason);
  if (failures.length > 0) throw await explained(failures);
}
