import { mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { archive } from "../../deploy/archive.ts";
import { newFolder } from "../catalog/folder.ts";
import { unpacked } from "./unpacked.ts";

const FILES = {
  "index.mjs": "export const handler = () => {};\n".repeat(1_000),
  "empty.txt": "",
  "certificates/日本.pem": "-----BEGIN CERTIFICATE-----\n",
};

test("what is packed comes out as it was, at the same places", async () => {
  const { folder, file } = await packed();
  const there = await newFolder();
  expect([...(await unpacked(file, there))].sort()).toEqual(Object.keys(FILES).sort());
  for (const [name, text] of Object.entries(FILES)) {
    expect(await readFile(join(there, name), "utf8")).toBe(text);
    expect(await readFile(join(folder, name), "utf8")).toBe(text);
  }
});

test("the same files make the same archive, whenever they were written", async () => {
  const { folder, file } = await packed();
  const before = await readFile(file);
  await utimes(join(folder, "index.mjs"), 0, 0);
  await archive(folder, file);
  expect((await readFile(file)).equals(before)).toBe(true);
});

async function packed(): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = join(await newFolder(), "function");
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const file = `${folder}.zip`;
  await archive(folder, file);
  return { folder, file };
}
