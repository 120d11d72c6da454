import { join } from "node:path";
import { bucketSettings } from "./answers.ts";
import { folderObjects } from "./folder-objects.ts";
import { memoryObjects, type Objects } from "./objects.ts";
import { type S3Limits, type S3Refusal, S3Uploads } from "./uploads.ts";

export interface Bucket {
  readonly name: string;
  readonly objects: Objects;
  /** The headers that objects came with, where they came through the service since it was started. */
  readonly headers: Map<string, Readonly<Record<string, string>>>;
  /** What is not put together yet. */
  readonly uploads: S3Uploads;
  /** What is told of the bucket, by the name of the question. */
  readonly settings: Map<string, string | S3Refusal>;
}

export function openBucket(name: string, folder: string | undefined, limits: S3Limits): Bucket {
  return {
    name,
    objects: folder === undefined ? memoryObjects() : folderObjects(join(folder, name)),
    headers: new Map(),
    uploads: new S3Uploads(limits),
    settings: bucketSettings(),
  };
}
