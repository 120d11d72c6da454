import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type S3, type S3Options, startS3 } from "../../../rehearsal/s3/s3.ts";

const folder = mkdtempSync(join(tmpdir(), "stillpoint-s3-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const clientOf = (s3: S3, region = "eu-west-1") =>
  new S3Client({
    region,
    endpoint: s3.endpoint,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });

const KINDS: readonly [string, Partial<S3Options>][] = [
  ["in memory", {}],
  ["in a folder", { folder }],
];

/** Keys that are folders of others, that a file system or XML takes for something else, and the empty name. */
const KEYS = [
  "a",
  "a/b",
  "a/b/c@",
  "a//b",
  "../up",
  "./here",
  "with space&<x>",
  "%41",
  "a/",
  "z/..",
  "@",
  "%",
];

describe.each(KINDS)("objects %s", (_, options) => {
  let s3: S3;
  let client: S3Client;

  beforeAll(async () => {
    s3 = await startS3({ buckets: ["first", "second"], pageKeys: 5, ...options });
    client = clientOf(s3);
  });

  afterEach(() => s3.bucket("first").objects.clear());
  afterAll(async () => {
    client.destroy();
    await s3.close();
  });

  const put = (Key: string, Body: string) =>
    client.send(new PutObjectCommand({ Bucket: "first", Key, Body }));
  const get = async (Key: string, Bucket = "first") =>
    (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

  test("come back under every key, each as it was put", async () => {
    for (const key of KEYS) await put(key, `content of ${key}`);
    for (const key of KEYS) expect(await get(key)).toBe(`content of ${key}`);
    expect([...s3.bucket("first").objects.keys()].sort()).toEqual([...KEYS].sort());
  });

  test("are listed page by page with their sizes, in order and by prefix", async () => {
    const keys = Array.from({ length: 23 }, (_, at) => `run/${String(at).padStart(3, "0")}`);
    for (const [at, key] of keys.entries()) await put(key, "x".repeat(at + 1));
    await put("rum", "x");
    const listed: unknown[] = [];
    let pages = 0;
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client },
      { Bucket: "first", Prefix: "run/" },
    )) {
      pages++;
      listed.push(...Contents.map(({ Key, Size }) => [Key, Size]));
    }
    expect(pages).toBe(5);
    expect(listed).toEqual(keys.map((key, at) => [key, at + 1]));
    const { Contents } = await client.send(
      new ListObjectsV2Command({ Bucket: "first", Prefix: "run/", StartAfter: "run/020", MaxKeys: 1 }),
    );
    expect(Contents?.map(({ Key }) => Key)).toEqual(["run/021"]);
  });

  test("are of one bucket only, and gone once they were deleted", async () => {
    await put("a", "content");
    await expect(get("a", "second")).rejects.toMatchObject({ name: "NoSuchKey" });
    const head = await client.send(new HeadObjectCommand({ Bucket: "first", Key: "a" }));
    expect(head.ContentLength).toBe(7);
    await client.send(new DeleteObjectCommand({ Bucket: "first", Key: "a" }));
    await expect(get("a")).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(client.send(new HeadBucketCommand({ Bucket: "third" }))).rejects.toMatchObject({
      name: "NotFound",
    });
  });
});

test("objects in a folder are there still when the service is started again", async () => {
  const first = await startS3({ buckets: ["kept"], folder });
  first.bucket("kept").objects.set("a/b", Buffer.from("content"));
  await first.close();
  const second = await startS3({ buckets: ["kept"], folder });
  expect(second.bucket("kept").objects.get("a/b")?.toString()).toBe("content");
  await second.close();
});

test("a bucket of one region sends away who signs for another", async () => {
  const s3 = await startS3({ buckets: ["first"], region: "eu-west-1" });
  const [here, elsewhere] = [clientOf(s3), clientOf(s3, "us-east-1")];
  await here.send(new HeadBucketCommand({ Bucket: "first" }));
  await expect(elsewhere.send(new ListObjectsV2Command({ Bucket: "first" }))).rejects.toMatchObject({
    name: "PermanentRedirect",
  });
  here.destroy();
  elsewhere.destroy();
  await s3.close();
});
