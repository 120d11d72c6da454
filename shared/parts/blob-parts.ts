import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { BlobClient } from "@azure/storage-blob";
import { BLOB_ROLE, blobContainer } from "../azure/blob-container.ts";
import { codeOfStorage, describeStorage, isFromService, passes } from "../azure/storage-refusal.ts";
import type { BlobPartsSettings } from "../config/config.ts";
import type { Environment } from "../config/tls-material.ts";
import { concurrently } from "../databases/concurrently.ts";
import type { Parts } from "../verify/parts.ts";
import { partsFailure } from "./failure.ts";
import { plainName, plainRun } from "./part-name.ts";

/** A part is some hundred MB at most. */
const TRANSFER_LIMIT_MS = 300_000;
/** For one request of the SDK, which sends and fetches what is larger in several. */
const RETRIES = { maxTries: 4, tryTimeoutInMs: 60_000, retryDelayInMs: 200, maxRetryDelayInMs: 5_000 };
const BLOCK_BYTES = 8_000_000;
const BLOCKS_AT_A_TIME = 4;
const REMOVED_AT_A_TIME = 8;

/** Parts in a container, for hosts on Azure that share nothing else. */
export async function blobParts(settings: BlobPartsSettings, env: Environment): Promise<Parts> {
  const { account, container, prefix } = settings;
  const client = await blobContainer(settings, env, RETRIES);
  const blobOf = (name: string) => client.getBlockBlobClient(prefix + plainName(name));
  const attempt = <T>(action: string, work: (abortSignal: AbortSignal) => Promise<T>) =>
    work(AbortSignal.timeout(TRANSFER_LIMIT_MS)).catch((error: unknown) => {
      const told = isFromService(error)
        ? new Error(describeStorage(error, { account, role: BLOB_ROLE }), { cause: error })
        : error;
      throw partsFailure(`${action} in container "${container}" of account "${account}"`, told);
    });
  return {
    put: (name, file) =>
      attempt(`keep part "${name}"`, async (abortSignal) => {
        const blocks = { blockSize: BLOCK_BYTES, maxSingleShotSize: BLOCK_BYTES };
        const options = { ...blocks, concurrency: BLOCKS_AT_A_TIME, abortSignal };
        await blobOf(name).uploadFile(file, options);
      }),
    get: (name, file) => attempt(`fetch part "${name}"`, (signal) => fetched(blobOf(name), file, signal)),
    remove: (run) =>
      attempt(`remove the parts of run "${run}"`, async (abortSignal) => {
        const all = client.listBlobsFlat({ prefix: `${prefix}${plainRun(run)}/`, abortSignal });
        for await (const { segment } of all.byPage())
          await concurrently(REMOVED_AT_A_TIME, segment.blobItems, ({ name }) =>
            client.getBlobClient(name).deleteIfExists({ abortSignal }),
          );
      }),
    close: () => {},
  };
}

/** The SDK repeats what is not answered; an answer that breaks off is ours to ask for again. */
async function fetched(blob: BlobClient, file: string, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const body = await bodyOf(blob, signal);
    if (body === undefined) return false;
    try {
      await pipeline(body, createWriteStream(file), { signal });
      return true;
    } catch (error) {
      if (attempt === RETRIES.maxTries || signal.aborted || !passes(error)) throw error;
    }
  }
}

/** What the blob holds, or nothing where there is no such blob. */
async function bodyOf(
  blob: BlobClient,
  abortSignal: AbortSignal,
): Promise<NodeJS.ReadableStream | undefined> {
  try {
    return (await blob.download(0, undefined, { abortSignal })).readableStreamBody;
  } catch (error) {
    if (codeOfStorage(error) === "BlobNotFound") return undefined;
    throw error;
  }
}
