import type { Bucket } from "../../rehearsal/s3/bucket.ts";
import { type S3, startS3 } from "../../rehearsal/s3/s3.ts";
import type { S3Limits } from "../../rehearsal/s3/uploads.ts";

/** A service with one bucket, listed two objects to a page. */
export type OneBucket = S3 & Omit<Bucket, "name"> & { readonly bucketName: string };

export async function startBucket(name = "parts-of-verifications", limits?: S3Limits): Promise<OneBucket> {
  const s3 = await startS3({ buckets: [name], pageKeys: 2, ...(limits && { limits }) });
  const { name: bucketName, ...bucket } = s3.bucket(name);
  return Object.assign(s3, bucket, { bucketName });
}
