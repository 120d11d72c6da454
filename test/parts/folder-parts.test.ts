import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { folderParts } from "../../shared/parts/folder-parts.ts";
import { openParts } from "../../shared/parts/open-parts.ts";
import { describeParts } from "./parts-contract.ts";

const folder = mkdtempSync(join(tmpdir(), "stillpoint-parts-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

let stores = 0;
let location = "";

describeParts("parts in a folder", async () => {
  const { currentTestName } = expect.getState();
  if (location !== currentTestName) stores += 1;
  location = currentTestName ?? "";
  return openParts({ kind: "folder", path: join(folder, String(stores)) });
});

test("nobody else may look into the parts of a run", async () => {
  const path = join(folder, "own");
  const file = join(folder, "file");
  writeFileSync(file, "content");
  await folderParts(path).put("run/part", file);
  expect(statSync(join(path, "run")).mode & 0o077).toBe(0);
  expect(readdirSync(join(path, "run"))).toEqual(["part"]);
});

test("a folder that cannot be made says so, by its name", async () => {
  const file = join(folder, "no-folder");
  writeFileSync(file, "");
  await expect(folderParts(file).put("run/part", file)).rejects.toMatchObject({
    code: "PARTS_UNREADABLE",
    message: expect.stringContaining(`in "${file}"`),
  });
});

test("in the temporary directory, a folder that others may look into is not used", async () => {
  const temporary = mkdtempSync(join(tmpdir(), "stillpoint-tmp-"));
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = temporary;
  try {
    const file = join(folder, "file");
    writeFileSync(file, "content");
    await folderParts(undefined).put("run/part", file);
    const [made = ""] = readdirSync(temporary);
    expect(statSync(join(temporary, made)).mode & 0o077).toBe(0);
    chmodSync(join(temporary, made), 0o777);
    const refused = { code: "PARTS_UNREADABLE", message: expect.stringContaining("others may look into it") };
    await expect(folderParts(undefined).put("run/part", file)).rejects.toMatchObject(refused);
    await expect(folderParts(undefined).get("run/part", file)).rejects.toMatchObject(refused);
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    rmSync(temporary, { recursive: true });
  }
});
