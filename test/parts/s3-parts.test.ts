import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openParts } from "../../shared/parts/open-parts.ts";
import type { Parts } from "../../shared/verify/parts.ts";
import { type OneBucket, startBucket } from "./one-bucket.ts";
import { describeParts } from "./parts-contract.ts";

/** Where the SDK looks for them. */
process.env["AWS_ACCESS_KEY_ID"] = "test";
process.env["AWS_SECRET_ACCESS_KEY"] = "test";

let s3: OneBucket;
const folder = mkdtempSync(join(tmpdir(), "stillpoint-s3-test-"));
const open = (bucket = s3.bucketName) =>
  openParts({ kind: "s3", bucket, region: "eu-west-1", prefix: "stillpoint/", endpoint: s3.endpoint });

beforeAll(async () => {
  s3 = await startBucket();
});

beforeEach(() => {
  s3.objects.clear();
  s3.requests.length = 0;
  s3.mishaps.length = 0;
});

afterAll(async () => {
  await s3.close();
  rmSync(folder, { recursive: true });
});

describeParts("parts in a bucket", open);

describe("a bucket", () => {
  const file = join(folder, "file");
  const taken = join(folder, "taken");
  const content = "content of a part".repeat(10_000);
  let parts: Parts;

  beforeEach(async () => {
    writeFileSync(file, content);
    parts = await open();
  });

  afterEach(() => parts.close());

  test("keeps parts under the prefix, and only those are removed", async () => {
    s3.objects.set("run/part", Buffer.from("of somebody else"));
    await parts.put("run/part", file);
    // The SDK's own way with streams: in chunks, with the checksum behind them.
    expect(s3.requests).toEqual(["PUT object aws-chunked"]);
    expect([...s3.objects.keys()].sort()).toEqual(["run/part", "stillpoint/run/part"]);
    await parts.remove("run");
    expect([...s3.objects.keys()]).toEqual(["run/part"]);
  });

  test("that is busy or cuts off for a while is asked again, and the whole part arrives", async () => {
    s3.mishaps.push("busy", "cut-off");
    await parts.put("run/part", file);
    expect(s3.objects.get("stillpoint/run/part")?.toString()).toBe(content);
    s3.mishaps.push("cut-off", "cut-off");
    expect(await parts.get("run/part", taken)).toBe(true);
    expect(readFileSync(taken, "utf8")).toBe(content);
  });

  test("that stays busy is given up after a few attempts", async () => {
    s3.mishaps.push(...Array.from({ length: 100 }, () => "busy" as const));
    await expect(parts.put("run/part", file)).rejects.toMatchObject({
      code: "PARTS_UNREADABLE",
      message: expect.stringMatching(/keep part "run\/part" in bucket "parts-of-verifications": SlowDown/),
    });
    expect(s3.requests.length).toBeLessThan(20);
  });

  test("that denies or does not exist fails at once: it is not taken for one without the part", async () => {
    s3.mishaps.push("denied");
    await expect(parts.get("run/part", taken)).rejects.toMatchObject({
      code: "PARTS_UNREADABLE",
      message: expect.stringContaining("AccessDenied"),
    });
    expect(s3.requests).toHaveLength(1);
    const nowhere = await open("no-such-bucket");
    await expect(nowhere.get("run/part", taken)).rejects.toMatchObject({
      code: "PARTS_UNREADABLE",
      message: expect.stringContaining('bucket "no-such-bucket": NoSuchBucket'),
    });
    nowhere.close();
  });
});
