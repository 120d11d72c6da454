import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import { gatedWorld } from "./gated-world.ts";
import { LAUNCHER, stillpoint } from "./stillpoint.ts";

const CONTAINED = ["unshare", "--pid", "--fork", "--kill-child"] as const;

function canContain(): boolean {
  try {
    execFileSync(CONTAINED[0], [...CONTAINED.slice(1), "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!canContain())(
  "a backup that is the first process of a container leaves no guard lost",
  async () => {
    await using world = await gatedWorld();
    // In a folder of its own: the processes that its catalog names are numbered in the container.
    const folder = await mkdtemp(join(tmpdir(), "stillpoint-contained-"));
    try {
      const path = join(folder, "catalog");
      const settings = parse(await readFile(world.config, "utf8"));
      const config = join(folder, "stillpoint.yml");
      await writeFile(config, stringify({ ...settings, catalog: { kind: "file", path } }));
      const command = [...CONTAINED, process.execPath, LAUNCHER] as const;
      expect(await stillpoint(["-c", config, "backup"], { command })).toMatchObject({ status: 0 });
      const { records } = await catalogOver(fileStore(path)).sweeps.list();
      expect(records).toMatchObject([{ of: { kind: "guard" }, endedMs: expect.any(Number) }]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
