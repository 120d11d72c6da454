import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { s3Store } from "../../shared/artifacts/s3-store.ts";
import { type OneBucket, startBucket } from "../parts/one-bucket.ts";
import { describeStore, digest, streamOf } from "./store-contract.ts";

/** Where the SDK looks for them. */
const SECRET = "secret-that-nobody-reads";
process.env["AWS_ACCESS_KEY_ID"] = "test";
process.env["AWS_SECRET_ACCESS_KEY"] = SECRET;

/** As those of Amazon, but smaller, so that an upload may come to their end. */
const LIMITS = { most: 100, leastBytes: 100_000, largestBytes: 10_000_000 };
const ATTEMPTS = 4;
const KEY = "payments/main.dump.zst";
let s3: OneBucket;

const open = (
  settings: { readonly bucket?: string; readonly kmsKey?: string; readonly endpoint?: string } = {},
) =>
  s3Store(
    {
      kind: "s3",
      bucket: s3.bucketName,
      region: "eu-west-1",
      prefix: "stillpoint/",
      endpoint: s3.endpoint,
      ...settings,
    },
    LIMITS,
    ATTEMPTS,
  );

beforeAll(async () => {
  s3 = await startBucket("ledger-dumps", { mostParts: LIMITS.most, leastPartBytes: LIMITS.leastBytes });
});

afterAll(() => s3.close());

const clear = async () => {
  s3.objects.clear();
  s3.uploads.clear();
  s3.requests.length = 0;
  s3.mishaps.length = 0;
  s3.befalls = () => undefined;
};

describeStore("dumps in a bucket", {
  open: async () => open(),
  contents: async () => [...s3.objects.keys(), ...s3.uploads.open],
  clear,
  largeBytes: 1_000_000,
});

describe("a bucket", () => {
  const content = randomBytes(1_250_000);
  const put = (store = open()) => store.put(KEY, streamOf(content), { expectedBytes: 1 });
  const stored = () => digest(s3.objects.get(`stillpoint/${KEY}`) ?? Buffer.alloc(0));

  beforeEach(clear);

  /** The first requests of each kind befall it, one after another. */
  const befallEach = (...mishaps: NonNullable<(typeof s3.mishaps)[number]>[]) => {
    const seen = new Map<string, number>();
    s3.befalls = (request) => {
      const before = seen.get(request) ?? 0;
      seen.set(request, before + 1);
      return mishaps[before];
    };
  };

  test("whose every kind of request fails at first gets the whole dump all the same", async () => {
    befallEach("busy", "broken", "cut-off");
    await put();
    expect(stored()).toBe(digest(content));
    befallEach("cut-off", "busy", "cut-off", "cut-off", "broken");
    expect(digest(await buffer(await open().get(KEY)))).toBe(digest(content));
  });

  test("that cuts uploads in the middle gets the whole dump all the same", async () => {
    let cuts = 0;
    s3.befalls = (request) =>
      request === "PUT object?uploadId" && cuts++ % 3 === 0 ? "cut-upload" : undefined;
    await put();
    expect(cuts).toBeGreaterThan(3);
    expect(stored()).toBe(digest(content));
  });

  test("whose answer to the last request is lost every time has the dump, and says so", async () => {
    s3.befalls = (request) => (request === "POST object?uploadId" ? "cut-off" : undefined);
    expect(await put()).toEqual({ bytes: content.length });
    expect(stored()).toBe(digest(content));
  });

  test("that stays busy in the middle ends the dump, and nothing of it is left", async () => {
    s3.befalls = (request) => (request === "PUT object?uploadId" ? "busy" : undefined);
    await expect(put()).rejects.toMatchObject({
      code: "DUMP_FAILED",
      message: expect.stringMatching(
        /^cannot store "stillpoint\/payments\/main.dump.zst" in bucket "ledger-dumps": SlowDown: .*; no object was made of it$/,
      ),
    });
    expect([...s3.objects.keys(), ...s3.uploads.open]).toEqual([]);
  });

  test("that does not let go of what was uploaded has that told, with what to do", async () => {
    s3.befalls = (request) => (/^(PUT|DELETE) object\?uploadId/.test(request) ? "denied" : undefined);
    await expect(put()).rejects.toMatchObject({
      message: expect.stringMatching(/could not be removed \(AccessDenied: .*abort upload "/),
    });
  });

  test("that denies is not asked again, and the secret is in no message", async () => {
    s3.befalls = () => "denied";
    const failures = await Promise.allSettled([
      put(),
      open().head(KEY),
      open().get(KEY),
      open().getText("text"),
    ]);
    for (const failure of failures) {
      const { message } = (failure as PromiseRejectedResult).reason as Error;
      expect(message).toContain("AccessDenied");
      expect(message).not.toContain(SECRET);
    }
    // Parts of an upload that was given up may still arrive.
    expect(s3.requests.filter((request) => /^(HEAD|GET)/.test(request))).toHaveLength(failures.length);
  });

  test("takes a dump that no estimate foresaw, in parts that grow", async () => {
    const huge = randomBytes(25_000_000);
    await open().put(KEY, streamOf(huge, 999_983), { expectedBytes: 1 });
    expect(stored()).toBe(digest(huge));
    const parts = s3.requests.filter((request) => request.startsWith("PUT object?uploadId"));
    expect(parts.length).toBeGreaterThan(0.9 * LIMITS.most);
    expect(parts.length).toBeLessThanOrEqual(LIMITS.most);
  });

  test("is told to encrypt with the key that the configuration names", async () => {
    const kmsKey = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d";
    await put(open({ kmsKey }));
    await open({ kmsKey }).putText("text", "text");
    for (const key of [`stillpoint/${KEY}`, "stillpoint/text"])
      expect(s3.headers.get(key)).toMatchObject({
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": kmsKey,
      });
  });

  test("whose object is replaced while it is read fails the reader", async () => {
    await put();
    s3.mishaps.push("cut-off");
    const body = await open().get(KEY);
    s3.objects.set(`stillpoint/${KEY}`, randomBytes(content.length));
    s3.headers.clear();
    await expect(buffer(body)).rejects.toMatchObject({ code: "DUMP_DAMAGED" });
  });

  test("that never comes to the end of an object is given up", async () => {
    await put();
    s3.befalls = (request) => (request === "GET object" ? "cut-upload" : undefined);
    s3.mishaps.push("cut-off");
    const body = await open().get(KEY);
    s3.befalls = () => "busy";
    await expect(buffer(body)).rejects.toMatchObject({
      code: "LOAD_FAILED",
      message: expect.stringMatching(
        /^cannot read "stillpoint\/payments\/main.dump.zst" in bucket "ledger-dumps": SlowDown/,
      ),
    });
  });
});

describe("a bucket that is", () => {
  beforeEach(clear);
  const block = (on: boolean) =>
    `<PublicAccessBlockConfiguration><RestrictPublicBuckets>${on}</RestrictPublicBuckets><IgnorePublicAcls>${on}</IgnorePublicAcls></PublicAccessBlockConfiguration>`;
  const publicPolicy = "<PolicyStatus><IsPublic>true</IsPublic></PolicyStatus>";
  const grant =
    '<AccessControlPolicy><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group">' +
    "<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>";
  const none = (code: string) => [404, code, "There is none"] as const;

  async function problemsWith(changed: Readonly<Record<string, string | readonly [number, string, string]>>) {
    const before = new Map(s3.settings);
    for (const [question, told] of Object.entries(changed)) s3.settings.set(question, told);
    try {
      return await open().problems();
    } finally {
      for (const [question, told] of before) s3.settings.set(question, told);
    }
  }

  test("public is a problem, by its policy or by its list, unless that is blocked", async () => {
    const unblocked = none("NoSuchPublicAccessBlockConfiguration");
    const byPolicy = ['bucket "ledger-dumps" is public by its policy: block public access to it'];
    expect(await problemsWith({ publicAccessBlock: unblocked, policyStatus: publicPolicy })).toEqual(
      byPolicy,
    );
    expect(await problemsWith({ publicAccessBlock: block(false), policyStatus: publicPolicy })).toEqual(
      byPolicy,
    );
    expect(await problemsWith({ publicAccessBlock: block(false), acl: grant })).toEqual([
      'bucket "ledger-dumps" is public by its access control list: block public access to it',
    ]);
    expect(await problemsWith({ publicAccessBlock: unblocked })).toEqual([]);
    expect(await problemsWith({ policyStatus: publicPolicy, acl: grant })).toEqual([]);
  });

  test("not encrypted is a problem", async () => {
    const encryption = none("ServerSideEncryptionConfigurationNotFoundError");
    expect(await problemsWith({ encryption })).toEqual([
      'bucket "ledger-dumps" does not encrypt what is stored in it: set its default encryption',
    ]);
  });

  test("not to be looked at is a problem, unless the service does not know the question", async () => {
    const [problem] = await problemsWith({
      policyStatus: [403, "AccessDenied", "Access Denied"],
      publicAccessBlock: block(false),
    });
    expect(problem).toMatch(
      /^bucket "ledger-dumps" cannot be looked at: AccessDenied: .*s3:GetBucketPolicyStatus/,
    );
    expect(await problemsWith({ publicAccessBlock: [501, "NotImplemented", "Not implemented"] })).toEqual([]);
  });

  test("not to be written to, or not there, is a problem", async () => {
    s3.befalls = (request) => (request === "PUT object" ? "denied" : undefined);
    expect((await open().problems()).join()).toContain("s3:PutObject");
    s3.befalls = () => undefined;
    expect((await open({ bucket: "no-such-bucket" }).problems()).join()).toContain("NoSuchBucket");
  });

  test("reached by plain http at another machine is a problem, and at this one is not", async () => {
    const { plainHttpProblem } = await import("../../shared/artifacts/failure.ts");
    expect(plainHttpProblem("http://storage.example.com:9000")).toContain(
      "would travel in the clear; use https",
    );
    for (const safe of [
      undefined,
      "https://storage.example.com",
      "http://127.0.0.1:9000",
      "http://[::1]:9000",
      "http://localhost",
    ])
      expect(plainHttpProblem(safe)).toBeUndefined();
  });
});
