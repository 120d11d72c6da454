import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BlobItem, ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BlobPartsSettings } from "../../shared/config/config.ts";
import { openParts } from "../../shared/parts/open-parts.ts";
import type { Parts } from "../../shared/verify/parts.ts";
import { ACCOUNT, ACCOUNT_KEY, type Azurite, KEY_ENV, startAzurite } from "../azurite.ts";
import { type Accidents, startAccidents } from "./accidents-before.ts";
import { describeParts } from "./parts-contract.ts";

const CONTAINER = "parts-of-verifications";
const folder = mkdtempSync(join(tmpdir(), "stillpoint-blob-test-"));
let azurite: Azurite;
let before: Accidents;
let client: ContainerClient;

const open = (settings: Partial<BlobPartsSettings> = {}) =>
  openParts(
    { kind: "blob", container: CONTAINER, prefix: "stillpoint/", ...azurite.blob, ...settings },
    KEY_ENV,
  );

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
  rmSync(folder, { recursive: true });
});

describeParts("parts in a container", open);

describe("a container", () => {
  const file = join(folder, "file");
  const taken = join(folder, "taken");
  const content = "content of a part".repeat(10_000);
  let parts: Parts;

  beforeEach(async () => {
    writeFileSync(file, content);
    before.accidents.length = 0;
    before.seen.length = 0;
    parts = await open({ endpoint: before.endpoint });
  });

  afterEach(() => parts.close());

  const names = async () => {
    const all: BlobItem[] = [];
    for await (const blob of client.listBlobsFlat()) all.push(blob);
    return all.map(({ name }) => name);
  };

  test("keeps parts under the prefix, and only those are removed", async () => {
    for (const name of await names()) await client.deleteBlob(name);
    await client.uploadBlockBlob("run/part", "of somebody else", 16);
    await parts.put("run/part", file);
    expect(await names()).toEqual(["run/part", "stillpoint/run/part"]);
    await parts.remove("run");
    expect(await names()).toEqual(["run/part"]);
  });

  test("takes a part that is larger than one request", async () => {
    const large = Buffer.alloc(20_000_000, "0123456789abcdef");
    writeFileSync(file, large);
    await parts.put("run/large", file);
    expect(before.seen.filter((request) => request.startsWith("PUT"))).toHaveLength(4);
    expect(await parts.get("run/large", taken)).toBe(true);
    expect(readFileSync(taken).equals(large)).toBe(true);
  });

  test("that is busy or cuts off for a while is asked again, and the whole part arrives", async () => {
    before.accidents.push("busy", "cut-off");
    await parts.put("run/part", file);
    before.accidents.push("busy", "half-answer", "half-answer");
    expect(await parts.get("run/part", taken)).toBe(true);
    expect(readFileSync(taken, "utf8")).toBe(content);
  });

  test("that stays busy is given up after a few attempts", async () => {
    before.accidents.push(...Array.from({ length: 100 }, () => "busy" as const));
    await expect(parts.put("run/part", file)).rejects.toMatchObject({
      code: "PARTS_UNREADABLE",
      message: expect.stringMatching(
        /^cannot keep part "run\/part" in container "parts-of-verifications" of account "devstoreaccount1": ServerBusy: .*; nothing else was changed$/,
      ),
    });
    expect(before.seen.length).toBeLessThan(20);
  });

  test("that denies names the role that is needed, and is not taken for one without the part", async () => {
    before.accidents.push("denied");
    await expect(parts.get("run/part", taken)).rejects.toMatchObject({
      code: "PARTS_UNREADABLE",
      message: expect.stringContaining(
        'this identity needs the role "Storage Blob Data Contributor" on storage account "devstoreaccount1"',
      ),
    });
    expect(before.seen).toHaveLength(1);
  });

  test("that does not exist fails at once", async () => {
    const nowhere = await open({ container: "no-such-container" });
    await expect(nowhere.get("run/part", taken)).rejects.toMatchObject({
      code: "PARTS_UNREADABLE",
      message: expect.stringContaining("ContainerNotFound"),
    });
  });
});

test("without the key that the configuration names nothing is contacted", async () => {
  const without = openParts(
    { kind: "blob", container: CONTAINER, prefix: "", ...azurite.blob, key: { env: "NO_SUCH_KEY" } },
    {},
  );
  await expect(without).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining('"NO_SUCH_KEY": it is not set; nothing was contacted'),
  });
});
