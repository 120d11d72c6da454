import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { s3Client } from "../aws/s3-client.ts";
import { statusOf, systemCode } from "../aws/sdk-error.ts";
import type { S3PartsSettings } from "../config/config.ts";
import { nameOf } from "../errors/stillpoint-error.ts";
import type { Parts } from "../verify/parts.ts";
import { partsFailure } from "./failure.ts";
import { plainName, plainRun } from "./part-name.ts";

/** A part is some hundred MB at most. */
const ANSWER_MS = 300_000;
/** The SDK repeats no call whose body is a stream. */
const MOST_ATTEMPTS = 4;
const FIRST_WAIT_MS = 200;
const SERVER_ERROR = 500;
const TOO_MANY = 429;
const PASSING = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EAI_AGAIN|ERR_STREAM_PREMATURE_CLOSE)$/;

/** Parts in a bucket, for hosts that share nothing else. How they are encrypted is the bucket's business. */
export function s3Parts(settings: S3PartsSettings): Parts {
  const { bucket, prefix } = settings;
  const client = s3Client(settings, { answerMs: ANSWER_MS });
  const keyOf = (name: string) => prefix + plainName(name);
  const attempt = <T>(action: string, work: () => Promise<T>) =>
    patiently(work).catch((error: unknown) => {
      throw partsFailure(`${action} in bucket "${bucket}"`, error);
    });
  return {
    put: (name, file) =>
      attempt(`keep part "${name}"`, async () => {
        const { size } = await stat(file);
        const Body = createReadStream(file);
        const input = { Bucket: bucket, Key: keyOf(name), Body, ContentLength: size };
        await client.send(new PutObjectCommand(input)).finally(() => Body.destroy());
      }),
    get: (name, file) =>
      attempt(`fetch part "${name}"`, async () => {
        const body = await bodyOf(client, { Bucket: bucket, Key: keyOf(name) });
        if (body !== undefined) await pipeline(body, createWriteStream(file));
        return body !== undefined;
      }),
    remove: (run) =>
      attempt(`remove the parts of run "${run}"`, async () => {
        const Prefix = `${prefix}${plainRun(run)}/`;
        for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix })) {
          const Objects = Contents.map(({ Key }) => ({ Key }));
          if (Objects.length > 0) await deleteAll(client, bucket, Objects);
        }
      }),
    close: () => client.destroy(),
  };
}

async function bodyOf(
  client: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
): Promise<Readable | undefined> {
  try {
    return (await client.send(new GetObjectCommand(object))).Body as Readable;
  } catch (error) {
    if (nameOf(error) === "NoSuchKey") return undefined;
    throw error;
  }
}

async function deleteAll(
  client: S3Client,
  bucket: string,
  Objects: readonly { readonly Key: string | undefined }[],
): Promise<void> {
  const command = new DeleteObjectsCommand({
    Bucket: bucket,
    Delete: { Objects: [...Objects], Quiet: true },
  });
  const { Errors: [refused] = [] } = await client.send(command);
  if (refused !== undefined)
    throw new Error(`"${refused.Key}" was not deleted: ${refused.Code} ${refused.Message}`);
}

/** Repeats what failed for a reason that passes: the network, or a service that is too busy. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !passes(error)) throw error;
      await delay(FIRST_WAIT_MS * 2 ** (attempt - 1));
    }
  }
}

function passes(error: unknown): boolean {
  const status = statusOf(error);
  if (status >= SERVER_ERROR || status === TOO_MANY || nameOf(error) === "TimeoutError") return true;
  return PASSING.test(systemCode(error));
}
