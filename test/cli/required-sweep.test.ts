import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { type GatedWorld, gatedWorld } from "./gated-world.ts";
import { stillpoint } from "./stillpoint.ts";

const MINUTE_MS = 60_000;

let world: GatedWorld;
let catalog: Catalog;
let paused = 0;
beforeAll(async () => {
  world = await gatedWorld();
  catalog = catalogOver(fileStore(join(dirname(world.config), "catalog")));
  for (const gate of world.gates) {
    const pause = gate.pause.bind(gate);
    gate.pause = async (...words) => {
      paused++;
      return pause(...words);
    };
  }
}, 20_000);
afterAll(() => world[Symbol.asyncDispose]());

const backup = () => stillpoint(["-c", world.config, "backup", "--require-sweep", "--json"]);

/** A watch, last seen so long ago. */
async function watchOn(host: string, agoMs: number): Promise<void> {
  const nowMs = Date.now() - agoMs;
  const sign = { host, process: 1, of: { kind: "watch" }, sinceMs: nowMs, intervalMs: MINUTE_MS } as const;
  await catalog.sweeps.begin(sign, nowMs);
}

async function refusal(): Promise<string> {
  const { status, stdout } = await backup();
  expect(status).toBe(ERRORS.SWEEP_SILENT.exit);
  expect(paused).toBe(0);
  return JSON.parse(stdout).error.message;
}

test("a backup that requires a sweep pauses nothing where none is alive on another host", async () => {
  expect(await refusal()).toContain(
    "no sweep on another host is alive that would open the instances if this host died: none was ever seen; nothing was paused",
  );
  await watchOn(hostname(), 0);
  expect(await refusal()).toContain(`none was ever seen; the one on "${hostname()}" would die with it`);
  await watchOn("ops-2", 4 * MINUTE_MS);
  expect(await refusal()).toContain('"ops-2" was last seen at');
});

test("a backup that requires a sweep is taken where one is alive on another host", async () => {
  await watchOn("ops-3", 0);
  const { status, stdout } = await backup();
  expect(status).toBe(0);
  expect(BackupOutput.parse(JSON.parse(stdout))).toMatchObject({ verdict: "valid" });
  expect(paused).toBe(world.gates.length);
});
