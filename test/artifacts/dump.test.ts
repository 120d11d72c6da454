import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { checkDump, readBack } from "../../shared/artifacts/check-dump.ts";
import { folderStore } from "../../shared/artifacts/folder-store.ts";
import { readManifest, writeManifest } from "../../shared/artifacts/manifest.ts";
import { readDump } from "../../shared/artifacts/read-dump.ts";
import { type DumpToStore, storeDump } from "../../shared/artifacts/store-dump.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { until } from "../cli/until.ts";
import { memoryStore } from "./memory-store.ts";
import { digest, streamOf } from "./store-contract.ts";

/** 10 GB are hashed, on processors that others want too. */
const FLIPS_MS = 300_000;
const KEY = "payments/main.dump.zst";
const folder = mkdtempSync(join(tmpdir(), "stillpoint-dump-test-"));
const path = join(folder, "dumps");
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(path, { recursive: true, force: true }));

const rows = Buffer.from(
  Array.from({ length: 60_000 }, (_, at) => `${at}\tasset-${at * 7919}\t{"balance":${at * 31}}\n`).join(""),
);
const files = () =>
  existsSync(path)
    ? readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
    : [];
const store = (dump: Partial<DumpToStore> = {}) =>
  storeDump({
    store: folderStore(path),
    key: KEY,
    output: streamOf(rows),
    ended: Promise.resolve(),
    stop: async () => {},
    expectedBytes: rows.length,
    ...dump,
  });
const raw = async (dump: Awaited<ReturnType<typeof storeDump>>) =>
  buffer(await readDump(folderStore(path), { ...dump, key: KEY }));

describe.each(["the program", "Node itself"])("a dump that %s compresses", (by) => {
  beforeEach(() => {
    if (by === "Node itself") vi.stubEnv("PATH", "");
    return () => vi.unstubAllEnvs();
  });

  test("is what it was once it is read, and known by the digest of what is stored", async () => {
    const progress: unknown[] = [];
    const dump = await store({ report: (one) => progress.push(one) });
    const stored = readFileSync(join(path, KEY));
    expect(dump).toEqual({ sha256: digest(stored), bytes: stored.length, rawBytes: rows.length });
    expect(stored.length).toBeLessThan(rows.length / 2);
    expect(progress.at(-1)).toEqual({ rawBytes: rows.length, storedBytes: stored.length });
    expect((await raw(dump)).equals(rows)).toBe(true);
    await checkDump(folderStore(path), { ...dump, key: KEY });
    await readBack(folderStore(path), KEY, dump);
  });

  test("is read by the other one", async () => {
    const dump = await store();
    if (by === "Node itself") vi.unstubAllEnvs();
    else vi.stubEnv("PATH", "");
    expect((await raw(dump)).equals(rows)).toBe(true);
  });

  test("fails whoever loads it where a byte of it is wrong, and never ends as if it were whole", async () => {
    const dump = await store();
    const memory = memoryStore();
    const stored = readFileSync(join(path, KEY));
    for (const at of [0, 5, stored.length >> 1, stored.length - 1]) {
      const wrong = Buffer.from(stored);
      wrong[at] = (wrong[at] ?? 0) ^ 1;
      memory.objects.set(KEY, wrong);
      const read = (async () => buffer(await readDump(memory, { ...dump, key: KEY })))();
      await expect(read).rejects.toMatchObject({
        code: "DUMP_DAMAGED",
        message: expect.stringContaining(KEY),
      });
    }
    for (const changed of [stored.subarray(0, -1), Buffer.concat([stored, stored]), Buffer.alloc(0)]) {
      memory.objects.set(KEY, changed);
      const read = (async () => buffer(await readDump(memory, { ...dump, key: KEY })))();
      await expect(read).rejects.toMatchObject({ code: "DUMP_DAMAGED" });
      await expect(checkDump(memory, { ...dump, key: KEY })).rejects.toMatchObject({ code: "DUMP_DAMAGED" });
    }
  });

  test("of nothing is a dump, too", async () => {
    const dump = await store({ output: Readable.from([]) });
    expect(dump.rawBytes).toBe(0);
    expect(await raw(dump)).toEqual(Buffer.alloc(0));
  });

  test("leaves nothing where the tool says at its end that it failed", async () => {
    const verdict = new StillpointError("DUMP_FAILED", "pg_dump: error: the server went away");
    const stop = vi.fn(async () => {});
    const output = streamOf(rows);
    const ended = once(output, "end").then(() => {
      throw verdict;
    });
    await expect(store({ output, ended, stop })).rejects.toBe(verdict);
    expect(stop).toHaveBeenCalledTimes(1);
    expect(files()).toEqual([]);
  });

  test("leaves nothing where the output breaks off, and the tool's own words are told", async () => {
    const output = new PassThrough();
    const ended = new Promise<void>((_, reject) =>
      output.once("close", () => reject(new StillpointError("DUMP_FAILED", "pg_dump was killed"))),
    );
    const stored = store({ output, ended });
    output.write(rows, () => output.destroy(new Error("read ECONNRESET")));
    await expect(stored).rejects.toMatchObject({ message: "pg_dump was killed" });
    expect(files()).toEqual([]);
  });
});

test("a dump is under its key only once the tool has ended well", async () => {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const output = streamOf(rows);
  const stored = store({ output, ended });
  await once(output, "end");
  await until(async () => files().some((name) => statSync(join(path, "payments", name)).size > 100));
  expect(files().every((name) => name.startsWith("."))).toBe(true);
  resolve();
  await stored;
  expect(files()).toEqual(["main.dump.zst"]);
});

test("who is told to stop while the tool stands still stops the tool, and leaves nothing", async () => {
  const halt = new AbortController();
  const stop = vi.fn(async () => {});
  const stored = store({
    output: new PassThrough(),
    ended: new Promise(() => undefined),
    stop,
    signal: halt.signal,
  });
  await until(async () => files().length === 1);
  halt.abort(new StillpointError("INTERRUPTED", "told to stop"));
  await expect(stored).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect(stop).toHaveBeenCalledTimes(1);
  expect(files()).toEqual([]);
});

test("a file of a dump, and every folder above it, is its owner's only", async () => {
  await store();
  expect(statSync(join(path, KEY)).mode & 0o777).toBe(0o600);
  for (const each of [path, join(path, "payments")]) expect(statSync(each).mode & 0o777).toBe(0o700);
});

test("each of 1,000 random single bits of a stored dump of 10 MB is missed by no check", {
  timeout: FLIPS_MS,
}, async () => {
  const memory = memoryStore();
  const dump = await store({ store: memory, output: streamOf(randomBytes(10_000_000)) });
  const stored = memory.objects.get(KEY) ?? Buffer.alloc(0);
  expect(stored.length).toBeGreaterThan(9_900_000);
  for (let flipped = 0; flipped < 1_000; flipped++) {
    const bit = randomBytes(6).readUIntBE(0, 6) % (stored.length * 8);
    const flip = () => {
      stored[bit >> 3] = (stored[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    };
    flip();
    await expect(checkDump(memory, { ...dump, key: KEY })).rejects.toMatchObject({ code: "DUMP_DAMAGED" });
    flip();
  }
  await checkDump(memory, { ...dump, key: KEY });
});

describe("a process", () => {
  const CHILD = fileURLToPath(new URL("./storing-process.ts", import.meta.url));

  test("that is killed in the middle has no dump under the key", async () => {
    const child = spawn(process.execPath, [CHILD, path, KEY], { stdio: "ignore" });
    await until(async () => files().some((name) => statSync(join(path, "payments", name)).size > 1_000_000));
    child.kill("SIGKILL");
    await once(child, "close");
    expect(files().every((name) => name.startsWith(".main.dump.zst."))).toBe(true);
    expect(await folderStore(path).head(KEY)).toBeUndefined();
    await store();
    expect(await folderStore(path).head(KEY)).toBeDefined();
  });

  test("that has no more room says how much there is, in which folder, and leaves nothing", async () => {
    const shell = `trap "" XFSZ; ulimit -f 2000; exec "${process.execPath}" "${CHILD}" "${path}" "${KEY}"`;
    const told = execFileSync("bash", ["-c", shell], { encoding: "utf8" });
    expect(told).toMatch(
      /^DUMP_FAILED cannot store "payments\/main.dump.zst" in folder ".*dumps": EFBIG: .*; about 5\.00 GB are needed before compression, and [\d.]+ [kMG]B are free; the unfinished file was removed/,
    );
    expect(files()).toEqual([]);
  });
});

test("a manifest is read as it was written, and a damaged one is no manifest", async () => {
  const captured = {
    engine: "postgresql" as const,
    product: "PostgreSQL",
    serverVersion: "15.14",
    host: "db.example.com",
    port: 5432,
    schemas: ["scalar", "coordinator"],
    tables: [{ schema: "scalar", name: "asset", rows: 5, bytes: 8_192 }],
    settings: { owner: "ledger" },
    artifact: {
      store: "memory",
      key: KEY,
      format: "custom" as const,
      tool: "pg_dump (PostgreSQL) 15.14",
      sha256: "00",
      bytes: 1,
      rawBytes: 2,
    },
  };
  const memory = memoryStore();
  expect(await readManifest(memory, KEY)).toBeUndefined();
  await writeManifest(memory, captured);
  expect([...memory.objects.keys()]).toEqual(["payments/main.dump.manifest.json"]);
  expect(await readManifest(memory, KEY)).toEqual(captured);
  memory.objects.set("payments/main.dump.manifest.json", Buffer.from('{"engine":'));
  await expect(readManifest(memory, KEY)).rejects.toMatchObject({ code: "DUMP_DAMAGED" });
});
