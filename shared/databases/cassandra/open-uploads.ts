import { s3Client } from "../../aws/s3-client.ts";
import type { CassyBucketSettings } from "../../config/config.ts";
import { bucketProblems } from "./bucket-problems.ts";
import { bucketReader } from "./bucket-reader.ts";
import { lookAtUploads } from "./look-at-uploads.ts";
import type { Uploads } from "./uploads.ts";

/** For a page of a listing, or a small file. */
const ANSWER_MS = 30_000;
/** A look takes thousands of calls, and outlives a service that is too busy for some seconds. */
const ATTEMPTS = 6;

/** Tests have less patience. */
export function openUploads(settings: CassyBucketSettings, attempts = ATTEMPTS): Uploads {
  const client = s3Client(settings, { answerMs: ANSWER_MS, attempts });
  const reader = bucketReader(client, settings.name);
  return {
    name: `bucket "${settings.name}"`,
    problems: () => bucketProblems(client, settings),
    look: (snapshot, of, signal) => lookAtUploads(reader, snapshot, of, signal),
    close: () => client.destroy(),
  };
}
