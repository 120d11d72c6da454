import { randomUUID } from "node:crypto";
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import type { CassyBucketSettings } from "../../config/config.ts";
import { describeCause } from "../../errors/describe-cause.ts";
import { attempt, elsewhere, isAbsent, isDenied, isWithoutBucket } from "./bucket-call.ts";

/** Why nothing could be read from the bucket once Cassy has uploaded to it. */
export async function bucketProblems(
  client: S3Client,
  settings: CassyBucketSettings,
): Promise<readonly string[]> {
  const { name: Bucket } = settings;
  const checks = [
    () => client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 })),
    // Of an object that nobody has: absent, for who may read.
    () => client.send(new GetObjectCommand({ Bucket, Key: `node-backup/stillpoint-probe-${randomUUID()}` })),
  ];
  return attempt(`look at bucket "${Bucket}"`, async () => {
    const found = await Promise.all(checks.map((check) => problemOf(check, settings)));
    return [...new Set(found.flatMap((problem) => problem ?? []))];
  });
}

async function problemOf(
  check: () => Promise<unknown>,
  { name, region, endpoint }: CassyBucketSettings,
): Promise<string | undefined> {
  try {
    await check();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    const asked = `region "${region}"${endpoint === undefined ? "" : ` at ${endpoint}`}`;
    if (isWithoutBucket(error))
      return `there is no bucket "${name}" in ${asked}: check cassy.bucket against Cassy's storage_base_uri`;
    if (isDenied(error))
      return `bucket "${name}" must not be read: ${describeCause(error)}; the identity needs s3:ListBucket on it and s3:GetObject on what is in it`;
    const there = elsewhere(error);
    if (there !== undefined)
      return `bucket "${name}" is not in ${asked} but in ${there.region === undefined ? "another one" : `"${there.region}"`}: check cassy.bucket.region`;
    throw error;
  }
  return undefined;
}
