import { spawnSync } from "node:child_process";
import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { underLock } from "../../rehearsal/scalardb-server/resolve-lock.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const LIMIT_MS = 10_000;

let dir: string;
beforeAll(async () => {
  dir = await temporaryFolder();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test("work under one lock runs one after the other, and the lock is gone in the end", async () => {
  const path = join(dir, "lock");
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await access(dir);
    running--;
  };
  await Promise.all(Array.from({ length: 5 }, () => underLock(path, LIMIT_MS, work)));
  expect(most).toBe(1);
  await expect(access(path)).rejects.toThrow("ENOENT");
});

test("the lock of a process that died is taken over", async () => {
  const path = join(dir, "stale");
  const dead = spawnSync(process.execPath, ["--version"]).pid;
  await writeFile(path, String(dead));
  expect(await underLock(path, LIMIT_MS, async () => "done")).toBe("done");
});

test("a lock that a live process holds for too long is named, and work that failed gives it back", async () => {
  const path = join(dir, "held");
  await writeFile(path, String(process.pid));
  await expect(underLock(path, 0, async () => "done")).rejects.toThrow(`Another process has held "${path}"`);
  await rm(path);
  await expect(underLock(path, LIMIT_MS, () => Promise.reject(new Error("broken")))).rejects.toThrow(
    "broken",
  );
  await expect(access(path)).rejects.toThrow("ENOENT");
});
