import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { bucketPath, folderOf, NODE_INCREMENTAL } from "./bucket-path.ts";
import type { Faults } from "./faults.ts";
import type { Life } from "./life.ts";
import type { NodeKey } from "./metadata.ts";
import { incrementFiles, snapshotFiles } from "./traverse.ts";

/** What a command on a node, which Cassy starts over SSH, works with. */
export interface NodeWork {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly faults: Faults;
  readonly life: Life;
  readonly key: NodeKey;
  readonly dataDir: string;
  /** Those of the registration. */
  readonly keyspaces: readonly string[];
}

/** `cassy-backup`: uploads what it finds. That it finds nothing is no failure. */
export async function uploadNode(work: NodeWork, type: number): Promise<void> {
  const { dataDir, keyspaces, key, life } = work;
  for (const keyspace of keyspaces) {
    // Assumes that nothing was flushed since the snapshot.
    if (type !== NODE_INCREMENTAL) await life.through(removeIncrements(dataDir, keyspace));
    const files = await life.through(
      type === NODE_INCREMENTAL
        ? incrementFiles(dataDir, keyspace)
        : snapshotFiles(dataDir, keyspace, key.snapshotId),
    );
    for (const file of files) await life.through(upload(work, type, file));
  }
}

async function removeIncrements(dataDir: string, keyspace: string): Promise<void> {
  for (const file of await incrementFiles(dataDir, keyspace)) await rm(join(dataDir, file), { force: true });
}

async function upload(
  { s3, bucket, faults, key, dataDir }: NodeWork,
  type: number,
  file: string,
): Promise<void> {
  const Key = `${bucketPath(folderOf(type), key)}/${file}`;
  if (faults.loses(Key)) return;
  // Not as a stream, which the SDK sends only once.
  const Body = await readFile(join(dataDir, file));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
}

export interface RestoreWork extends NodeWork {
  readonly type: number;
  readonly snapshotOnly: boolean;
}

/** `cassy-restore`: downloads below the data, then moves each file to its table. Whether Cassandra runs it never asks. */
export async function restoreNode(work: RestoreWork): Promise<void> {
  const { dataDir, keyspaces, key, type, life, snapshotOnly } = work;
  const staging = join(dataDir, bucketPath(folderOf(type), key));
  try {
    for (const keyspace of keyspaces) {
      await download(work, keyspace);
      const snapshots = await life.through(snapshotFiles(staging, keyspace, key.snapshotId));
      await life.through(place(staging, dataDir, snapshots, "../.."));
      const increments = snapshotOnly ? [] : await life.through(incrementFiles(staging, keyspace));
      await life.through(place(staging, dataDir, increments, ".."));
    }
  } finally {
    await life.through(rm(join(dataDir, folderOf(type)), { recursive: true, force: true }));
  }
}

async function download(
  { s3, bucket, key, dataDir, type, life }: RestoreWork,
  keyspace: string,
): Promise<void> {
  const Prefix = `${bucketPath(folderOf(type), key)}/${keyspace}/`;
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix })[Symbol.asyncIterator]();
  for (let page = await life.through(pages.next()); !page.done; page = await life.through(pages.next()))
    for (const { Key } of page.value.Contents ?? []) {
      const { Body } = await life.through(s3.send(new GetObjectCommand({ Bucket: bucket, Key })));
      const path = join(dataDir, Key ?? "");
      await life.through(mkdir(dirname(path), { recursive: true }));
      const content = await life.through(Body?.transformToByteArray() ?? Promise.resolve(new Uint8Array()));
      await life.through(writeFile(path, content));
    }
}

/** Each file so many folders further up. A file that is there already is a failure, and ends it halfway. */
async function place(from: string, to: string, files: readonly string[], up: string): Promise<void> {
  for (const file of files) {
    const target = join(to, dirname(file), up, relative(dirname(file), file));
    await mkdir(dirname(target), { recursive: true });
    await refuseExisting(target);
    await rename(join(from, file), target);
  }
}

async function refuseExisting(path: string): Promise<void> {
  const found = await access(path).then(
    () => true,
    () => false,
  );
  if (found) throw new Error(`java.nio.file.FileAlreadyExistsException: ${path}`);
}
