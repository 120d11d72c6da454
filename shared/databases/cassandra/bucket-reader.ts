import { GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { attempt, isAbsent } from "./bucket-call.ts";

/** The two questions that a bucket is asked. */
export interface BucketReader {
  /** Everything below a prefix that ends with a slash: lengths by the rest of the key. */
  list(prefix: string, signal?: AbortSignal): Promise<ReadonlyMap<string, number>>;
  /** Nothing where there is no such object. */
  text(key: string, signal?: AbortSignal): Promise<string | undefined>;
}

export function bucketReader(client: S3Client, Bucket: string): BucketReader {
  return {
    list: (Prefix, signal) =>
      attempt(`list "${Prefix}" in bucket "${Bucket}"`, async () => {
        const found = new Map<string, number>();
        const pages = paginateListObjectsV2({ client }, { Bucket, Prefix }, { abortSignal: signal });
        for await (const { Contents = [] } of pages)
          for (const { Key = "", Size = 0 } of Contents) found.set(Key.slice(Prefix.length), Size);
        return found;
      }),
    text: (Key, signal) =>
      attempt(`read "${Key}" in bucket "${Bucket}"`, async () => {
        try {
          const command = new GetObjectCommand({ Bucket, Key });
          const { Body } = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
          return await Body?.transformToString();
        } catch (error) {
          if (isAbsent(error)) return undefined;
          throw error;
        }
      }),
  };
}
