import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { codeOfStorage, passes } from "../azure/storage-refusal.ts";
import { describeCause } from "../errors/describe-cause.ts";
import { type Blob, headOf, MARK } from "./blob-object.ts";
import { alreadyThere, writeFailure } from "./failure.ts";
import type { PartLimits } from "./part-size.ts";
import { uploadParts } from "./upload-parts.ts";

const TAKEN = /^(BlobAlreadyExists|ConditionNotMet|UpdateConditionNotMet)$/;
/** A block is given up that takes longer than at this rate; no timeout of the SDK sees a connection die. */
const LEAST_BYTES_PER_MS = 128;
const LEAST_MS = 120_000;

export interface BlobUpload {
  readonly expectedBytes: number;
  readonly limits: PartLimits;
  readonly signal: AbortSignal | undefined;
}

/** Makes a blob of a stream, unless there is one; answers its length. Blocks of a failed one vanish after a week. */
export async function uploadBlob(blob: Blob, body: Readable, upload: BlobUpload): Promise<number> {
  const mark = randomUUID();
  const blocks: string[] = [];
  try {
    const bytes = await uploadParts(body, {
      ...upload,
      async send(number, part, signal) {
        const limit = AbortSignal.timeout(LEAST_MS + Math.ceil(part.length / LEAST_BYTES_PER_MS));
        const id = blockId(mark, number);
        await blob.client.stageBlock(id, part, part.length, {
          abortSignal: AbortSignal.any([signal, limit]),
        });
        blocks[number - 1] = id;
      },
      passes,
    });
    upload.signal?.throwIfAborted();
    await commit(blob, blocks, mark);
    return bytes;
  } catch (error) {
    const left = await abandon(blob, mark);
    throw TAKEN.test(codeOfStorage(error))
      ? alreadyThere(blob.what)
      : writeFailure(`store ${blob.what}`, blob.told(error), left);
  }
}

/** All of one blob must be of the same length, and those of another attempt are others. */
function blockId(mark: string, number: number): string {
  return Buffer.from(`${mark}-${String(number).padStart(6, "0")}`).toString("base64");
}

/** Where an answer was lost, it is repeated, and the service then says that there is a blob already. */
async function commit(blob: Blob, blocks: string[], mark: string): Promise<void> {
  try {
    await blob.client.commitBlockList(blocks, {
      conditions: { ifNoneMatch: "*" },
      metadata: { [MARK]: mark },
    });
  } catch (error) {
    const found = await headOf(blob).catch(() => undefined);
    if (found?.mark !== mark) throw error;
  }
}

/** Removes what was made of it, and tells what is left. */
async function abandon(blob: Blob, mark: string): Promise<string> {
  try {
    if ((await headOf(blob))?.mark === mark) await blob.client.delete();
    return "no blob was made of it";
  } catch (error) {
    return `whether a blob was made of it could not be seen (${describeCause(blob.told(error))})`;
  }
}
