import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { describeCause } from "../errors/describe-cause.ts";
import { alreadyThere, writeFailure } from "./failure.ts";
import type { PartLimits } from "./part-size.ts";
import { headOf, isNamed, MARK, type S3Object } from "./s3-object.ts";
import { uploadParts } from "./upload-parts.ts";

const TAKEN = /^(PreconditionFailed|ConditionalRequestConflict)$/;
/** The SDK has repeated all else. */
const PASSING = /^(TimeoutError|RequestTimeout)$/;

export interface S3Upload {
  readonly expectedBytes: number;
  readonly limits: PartLimits;
  readonly signal: AbortSignal | undefined;
}

interface Unfinished {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
}

/** Makes an object of a stream, unless there is one; answers its length. Where it fails, no object is left. */
export async function uploadObject(object: S3Object, body: Readable, upload: S3Upload): Promise<number> {
  const { client, at, encryption, what } = object;
  const mark = randomUUID();
  const create = { ...at, ...encryption, Metadata: { [MARK]: mark }, ChecksumAlgorithm: "CRC32" } as const;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(create));
  const unfinished = { ...at, UploadId };
  try {
    const { bytes, parts } = await sendParts(object, unfinished, body, upload);
    upload.signal?.throwIfAborted();
    await complete(object, unfinished, parts, mark);
    return bytes;
  } catch (error) {
    const left = await abandon(object, unfinished, mark);
    throw isNamed(error, TAKEN) ? alreadyThere(what) : writeFailure(`store ${what}`, error, left);
  }
}

async function sendParts(
  { client }: S3Object,
  unfinished: Unfinished,
  body: Readable,
  upload: S3Upload,
): Promise<{ readonly bytes: number; readonly parts: CompletedPart[] }> {
  const parts: CompletedPart[] = [];
  const bytes = await uploadParts(body, {
    ...upload,
    async send(PartNumber, Body, abortSignal) {
      const part = { ...unfinished, PartNumber, Body, ChecksumAlgorithm: "CRC32" } as const;
      const { ETag, ChecksumCRC32 } = await client.send(new UploadPartCommand(part), { abortSignal });
      parts[PartNumber - 1] = { PartNumber, ETag, ChecksumCRC32 };
    },
    passes: (error) => isNamed(error, PASSING),
  });
  return { bytes, parts };
}

/** Where an answer was lost, it is repeated, and the service then says that there is something there already. */
async function complete(
  object: S3Object,
  unfinished: Unfinished,
  Parts: CompletedPart[],
  mark: string,
): Promise<void> {
  const input = { ...unfinished, MultipartUpload: { Parts }, IfNoneMatch: "*" };
  try {
    await object.client.send(new CompleteMultipartUploadCommand(input));
  } catch (error) {
    const found = await headOf(object).catch(() => undefined);
    if (found?.mark !== mark) throw error;
  }
}

/** Removes what was uploaded, and tells what is left. */
async function abandon(object: S3Object, unfinished: Unfinished, mark: string): Promise<string> {
  const { client, at } = object;
  try {
    await client.send(new AbortMultipartUploadCommand(unfinished)).catch((error: unknown) => {
      if (!isNamed(error, /^NoSuchUpload$/)) throw error;
    });
    if ((await headOf(object))?.mark === mark) await client.send(new DeleteObjectCommand(at));
    return "no object was made of it";
  } catch (error) {
    return `what was uploaded could not be removed (${describeCause(error)}): abort upload "${unfinished.UploadId}"`;
  }
}
