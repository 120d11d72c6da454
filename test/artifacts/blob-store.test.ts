import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { blobStore } from "../../shared/artifacts/blob-store.ts";
import type { BlobPartsSettings } from "../../shared/config/config.ts";
import { ACCOUNT, ACCOUNT_KEY, type Azurite, KEY_ENV, startAzurite } from "../azurite.ts";
import { type Accidents, startAccidents } from "../parts/accidents-before.ts";
import { describeStore, digest, streamOf } from "./store-contract.ts";

const CONTAINER = "ledger-dumps";
const LIMITS = { most: 200, leastBytes: 500_000, largestBytes: 4_000_000 };
const FAST = { maxTries: 6, tryTimeoutInMs: 60_000, retryDelayInMs: 1, maxRetryDelayInMs: 5 };
let azurite: Azurite;
let before: Accidents;
let client: ContainerClient;

const open = (settings: Partial<BlobPartsSettings> = {}) =>
  blobStore(
    { kind: "blob", container: CONTAINER, prefix: "stillpoint/", ...azurite.blob, ...settings },
    KEY_ENV,
    LIMITS,
    FAST,
  );
const committed = async () => {
  const names: string[] = [];
  for await (const { name } of client.listBlobsFlat()) names.push(name);
  return names;
};

beforeAll(async () => {
  azurite = await startAzurite();
  before = await startAccidents(azurite.blob.endpoint);
  const key = new StorageSharedKeyCredential(ACCOUNT, ACCOUNT_KEY);
  client = new ContainerClient(`${azurite.blob.endpoint}/${CONTAINER}`, key);
  await client.create();
});

afterAll(async () => {
  await before[Symbol.asyncDispose]();
  await azurite[Symbol.asyncDispose]();
});

const clear = async () => {
  for (const name of await committed()) await client.deleteBlob(name);
};

describeStore("dumps in a container", { open, contents: committed, clear, largeBytes: 3_000_000 });

describe("a container", () => {
  const KEY = "payments/main.dump.zst";
  const content = randomBytes(2_200_000);
  const over = () => open({ endpoint: before.endpoint });
  const put = async () => (await over()).put(KEY, streamOf(content), { expectedBytes: 1 });

  beforeEach(async () => {
    before.accidents.length = 0;
    before.seen.length = 0;
    await clear();
  });

  test("that is busy or cuts off for a while gets the whole dump all the same", async () => {
    before.accidents.push("busy", "cut-off", "busy", "cut-off", "cut-off");
    await put();
    expect(digest(await buffer(await (await open()).get(KEY)))).toBe(digest(content));
    expect(before.seen.filter((request) => request.includes("comp=block&"))).not.toHaveLength(0);
  });

  test("that answers by halves is read on from where it broke off", async () => {
    await put();
    before.accidents.push("half-answer", "half-answer", "cut-off", "half-answer");
    expect(digest(await buffer(await (await over()).get(KEY)))).toBe(digest(content));
    expect(before.seen.filter((request) => request.startsWith("GET")).length).toBeGreaterThan(4);
  });

  test("that stays busy ends the dump after a few attempts, and has no blob of it", async () => {
    before.accidents.push(...Array.from({ length: 200 }, () => "busy" as const));
    await expect(put()).rejects.toMatchObject({
      code: "DUMP_FAILED",
      message: expect.stringMatching(
        /^cannot store "stillpoint\/payments\/main.dump.zst" in container "ledger-dumps" of account .*ServerBusy/,
      ),
    });
    expect(await committed()).toEqual([]);
  });

  test("whose blob is replaced while it is read fails the reader", async () => {
    await put();
    before.accidents.push("half-answer");
    const body = await (await over()).get(KEY);
    body.once("readable", () => undefined);
    await client.uploadBlockBlob(`stillpoint/${KEY}`, content, content.length);
    await expect(buffer(body)).rejects.toMatchObject({ code: "DUMP_DAMAGED" });
  });

  test("that is public is a problem", async () => {
    await client.setAccessPolicy("blob");
    expect(await (await open()).problems()).toEqual([
      'container "ledger-dumps" of account "devstoreaccount1" is public ("blob"): set its anonymous access level to private',
    ]);
    await client.setAccessPolicy();
    expect(await (await open()).problems()).toEqual([]);
  });

  test("that is not there or may not be used is a problem, and nobody reads its key", async () => {
    const [absent] = await (await open({ container: "no-such-one" })).problems();
    expect(absent).toContain("ContainerNotFound");
    before.accidents.push("denied");
    const [denied = ""] = await (await over()).problems();
    expect(denied).toMatch(/needs the role "Storage Blob Data Contributor"|AuthorizationPermissionMismatch/);
    expect(absent + denied).not.toContain(ACCOUNT_KEY);
    await expect((await open({ container: "no-such-one" })).head(KEY)).rejects.toMatchObject({
      code: "LOAD_FAILED",
    });
  });
});
