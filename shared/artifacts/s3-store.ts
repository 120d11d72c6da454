import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { s3Client } from "../aws/s3-client.ts";

import { plainKey } from "./artifact-key.ts";
import { alreadyThere, readFailure, writeFailure } from "./failure.ts";
import type { PartLimits } from "./part-size.ts";
import { bucketProblems } from "./s3-bucket.ts";
import { headOf, openedAt, type S3Object, type S3Settings, unlessAbsent } from "./s3-object.ts";
import { uploadObject } from "./s3-upload.ts";
import type { ArtifactStore } from "./store.ts";
import { wholeBody } from "./whole-body.ts";

const MIB = 2 ** 20;
const LIMITS: PartLimits = { most: 10_000, leastBytes: 16 * MIB, largestBytes: 5 * 1024 * MIB };
/** For a part, or for an object to be put together. */
const ANSWER_MS = 600_000;
/** A dump takes hours, and outlives a service that is too busy for half a minute. */
const ATTEMPTS = 7;

/** Dumps as objects of a bucket. Tests have smaller parts and less patience. */
export function s3Store(settings: S3Settings, limits = LIMITS, attempts = ATTEMPTS): ArtifactStore {
  const { bucket, prefix, kmsKey } = settings;
  const client = s3Client(settings, { answerMs: ANSWER_MS, attempts });
  const name = `bucket "${bucket}"`;
  const encryption =
    kmsKey === undefined ? {} : ({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: kmsKey } as const);
  const objectOf = (key: string): S3Object => {
    const at = { Bucket: bucket, Key: prefix + plainKey(key) };
    return { client, at, encryption, what: `"${at.Key}" in ${name}` };
  };
  const reading = <T>(key: string, work: (object: S3Object) => Promise<T>) => {
    const object = objectOf(key);
    return work(object).catch((error: unknown) => {
      throw readFailure(`read ${object.what}`, error);
    });
  };
  return {
    name,
    problems: () => bucketProblems(client, settings),
    async put(key, body, { expectedBytes, signal }) {
      body.on("error", () => undefined);
      const object = objectOf(key);
      try {
        signal?.throwIfAborted();
        // Known again when it is put together, which may be hours from now.
        if ((await headOf(object)) !== undefined) throw alreadyThere(object.what);
        return { bytes: await uploadObject(object, body, { expectedBytes, limits, signal }) };
      } catch (error) {
        body.destroy();
        throw writeFailure(`store ${object.what}`, error, "no object was made of it");
      }
    },
    async putText(key, text) {
      const { at, what } = objectOf(key);
      await client
        .send(new PutObjectCommand({ ...at, ...encryption, Body: text }))
        .catch((error: unknown) => {
          throw writeFailure(`write ${what}`, error, "it may be there or not");
        });
    },
    getText: (key) =>
      reading(key, ({ at }) =>
        unlessAbsent(async () => {
          const { Body } = await client.send(new GetObjectCommand(at));
          return Body?.transformToString();
        }),
      ),
    head: (key) =>
      reading(key, async (object) => {
        const found = await headOf(object);
        return found === undefined ? undefined : { bytes: found.bytes };
      }),
    get: (key, signal) =>
      reading(key, (object) => wholeBody(object.what, (...from) => openedAt(object, ...from), signal)),
    async remove(key) {
      const { at, what } = objectOf(key);
      await client.send(new DeleteObjectCommand(at)).catch((error: unknown) => {
        throw writeFailure(`remove ${what}`, error, "it may still be there");
      });
    },
    close: () => client.destroy(),
  };
}
