import { randomUUID } from "node:crypto";
import type { ContainerClient } from "@azure/storage-blob";
import { BLOB_ROLE, blobContainer } from "../azure/blob-container.ts";
import { describeStorage, isFromService } from "../azure/storage-refusal.ts";
import type { BlobPartsSettings } from "../config/config.ts";
import type { Environment } from "../config/tls-material.ts";
import { describeCause } from "../errors/describe-cause.ts";
import { plainKey } from "./artifact-key.ts";
import { type Blob, headOf, openedAt, unlessAbsent } from "./blob-object.ts";
import { uploadBlob } from "./blob-upload.ts";
import { alreadyThere, plainHttpProblem, readFailure, writeFailure } from "./failure.ts";
import type { PartLimits } from "./part-size.ts";
import type { ArtifactStore } from "./store.ts";
import { wholeBody } from "./whole-body.ts";

const MIB = 2 ** 20;
const LIMITS: PartLimits = { most: 50_000, leastBytes: 8 * MIB, largestBytes: 4_000 * MIB };
/** A dump takes hours, and outlives a service that is too busy for half a minute. */
const RETRIES = { maxTries: 6, tryTimeoutInMs: 300_000, retryDelayInMs: 500, maxRetryDelayInMs: 20_000 };

/** Dumps as blobs of a container. Tests have smaller blocks and less patience. */
export async function blobStore(
  settings: BlobPartsSettings,
  env: Environment,
  limits = LIMITS,
  retries = RETRIES,
): Promise<ArtifactStore> {
  const { account, container, prefix } = settings;
  const client = await blobContainer(settings, env, retries);
  const name = `container "${container}" of account "${account}"`;
  const told = (error: unknown) =>
    isFromService(error)
      ? new Error(describeStorage(error, { account, role: BLOB_ROLE }), { cause: error })
      : error;
  const blobOf = (key: string): Blob => {
    const path = prefix + plainKey(key);
    return { client: client.getBlockBlobClient(path), what: `"${path}" in ${name}`, told };
  };
  const reading = <T>(key: string, work: (blob: Blob) => Promise<T>) => {
    const blob = blobOf(key);
    return work(blob).catch((error: unknown) => {
      throw readFailure(`read ${blob.what}`, told(error));
    });
  };
  return {
    name,
    async problems() {
      const found = await containerProblem(client, prefix).catch(
        (error: unknown) => `cannot be written to or looked at: ${describeCause(told(error))}`,
      );
      const own = found === undefined ? undefined : `${name} ${found}`;
      return [plainHttpProblem(settings.endpoint), own].flatMap((problem) => problem ?? []);
    },
    async put(key, body, { expectedBytes, signal }) {
      body.on("error", () => undefined);
      const blob = blobOf(key);
      try {
        signal?.throwIfAborted();
        // Known again when its blocks are committed, which may be hours from now.
        if ((await headOf(blob)) !== undefined) throw alreadyThere(blob.what);
        return { bytes: await uploadBlob(blob, body, { expectedBytes, limits, signal }) };
      } catch (error) {
        body.destroy();
        throw writeFailure(`store ${blob.what}`, told(error), "no blob was made of it");
      }
    },
    async putText(key, text) {
      const blob = blobOf(key);
      await blob.client.upload(text, Buffer.byteLength(text)).catch((error: unknown) => {
        throw writeFailure(`write ${blob.what}`, told(error), "it may be there or not");
      });
    },
    getText: (key) =>
      reading(key, ({ client: blob }) =>
        unlessAbsent(async () => (await blob.downloadToBuffer()).toString("utf8")),
      ),
    head: (key) =>
      reading(key, async (blob) => {
        const found = await headOf(blob);
        return found === undefined ? undefined : { bytes: found.bytes };
      }),
    get: (key, signal) =>
      reading(key, (blob) => wholeBody(blob.what, (...from) => openedAt(blob, ...from), signal)),
    async remove(key) {
      const { client: blob, what } = blobOf(key);
      await blob.deleteIfExists().catch((error: unknown) => {
        throw writeFailure(`remove ${what}`, told(error), "it may still be there");
      });
    },
    close: () => {},
  };
}

/** Azure encrypts all that is at rest, so that this is left. */
async function containerProblem(client: ContainerClient, prefix: string): Promise<string | undefined> {
  // Unlike the access policy itself, this may be seen with the role that lets dumps be written.
  const { blobPublicAccess } = await client.getProperties();
  if (blobPublicAccess !== undefined)
    return `is public ("${blobPublicAccess}"): set its anonymous access level to private`;
  const probe = client.getBlockBlobClient(`${prefix}probe-${randomUUID()}`);
  await probe.upload("", 0);
  await probe.delete();
  return undefined;
}
