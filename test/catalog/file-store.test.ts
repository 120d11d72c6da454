import { execFile } from "node:child_process";
import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  stat,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { lockingFolder } from "../../shared/catalog/file/folder-lock.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import { newFolder } from "./folder.ts";
import { describeStore } from "./store-contract.ts";

const CRAMPED = fileURLToPath(new URL("./cramped.ts", import.meta.url));
const NOBODY = "65534";
const run = promisify(execFile);

describeStore("the file store", {
  opener: new URL("./file-opener.ts", import.meta.url).href,
  newLocation: newFolder,
});

describe("files of the catalog", () => {
  test("records and journals are plain files that nobody else may read", async () => {
    const root = join(await newFolder(), "made", "on demand");
    const store = fileStore(root);
    await store.write("pauses", "2026-11-21T18-00-00Z", { state: "open" }, "absent");
    await store.append("run-1", 0, { kind: "now" });
    const record = join(root, "pauses", "2026-11-21T18-00-00Z.json");
    expect(await readFile(record, "utf8")).toBe(
      '{\n  "id": "2026-11-21T18-00-00Z",\n  "revision": 1,\n  "value": {\n    "state": "open"\n  }\n}\n',
    );
    const journal = join(root, "journals", "run-1.jsonl");
    expect(await readFile(journal, "utf8")).toBe('{"index":0,"entry":{"kind":"now"}}\n');
    const modes = [record, journal, join(root, "pauses", ".lock"), root, join(root, "pauses")].map(
      async (path) => ((await stat(path)).mode & 0o777).toString(8),
    );
    expect(await Promise.all(modes)).toEqual(["600", "600", "600", "700", "700"]);
  });

  test("no id leads out of its folder", async () => {
    const root = await newFolder();
    const store = fileStore(root);
    for (const id of ["../../escaped", "/escaped", "..", ".hidden", ""])
      await store.write("runs", id, id, "absent");
    expect(await readdir(root)).toEqual(["runs"]);
    const names = [
      "%.json",
      "%2E.%2F..%2Fescaped.json",
      "%2E..json",
      "%2Ehidden.json",
      "%2Fescaped.json",
      ".lock",
    ];
    expect((await readdir(join(root, "runs"))).sort()).toEqual(names.sort());
  });

  test("a change made with an editor is a new version", async () => {
    const root = await newFolder();
    const store = fileStore(root);
    const version = await store.write("runs", "r", { state: "failed" }, "absent");
    const file = join(root, "runs", "r.json");
    await writeFile(file, (await readFile(file, "utf8")).replace("failed", "abandoned"));
    await expect(store.write("runs", "r", {}, version)).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
  });

  test("a damaged record is named and hides no other", async () => {
    const root = await newFolder();
    const store = fileStore(root);
    for (const id of ["a", "b", "c", "d"]) await store.write("pauses", id, { id }, "absent");
    await truncate(join(root, "pauses", "b.json"), 10);
    await writeFile(join(root, "pauses", "c.json"), '{"id":"c"}\n');
    await copyFile(join(root, "pauses", "a.json"), join(root, "pauses", "a copy.json"));
    const { records, damaged } = await store.list("pauses");
    expect(records.map(({ id }) => id)).toEqual(["a", "d"]);
    expect(damaged.map(({ code }) => code)).toEqual([
      "CATALOG_DAMAGED",
      "CATALOG_DAMAGED",
      "CATALOG_DAMAGED",
    ]);
    for (const name of ["a copy.json", "b.json", "c.json"])
      expect(damaged.map(({ message }) => message).join("\n")).toContain(join(root, "pauses", name));
    await expect(store.read("pauses", "b")).rejects.toMatchObject({ code: "CATALOG_DAMAGED" });
    await expect(store.write("pauses", "b", {}, "absent")).rejects.toMatchObject({ code: "CATALOG_DAMAGED" });
  });

  test("a file that holds another record is not taken for this one", async () => {
    const root = await newFolder();
    const store = fileStore(root);
    await store.write("runs", "one", 1, "absent");
    await copyFile(join(root, "runs", "one.json"), join(root, "runs", "two.json"));
    await expect(store.read("runs", "two")).rejects.toThrow('it holds record "one", not "two"');
  });

  test("what a killed writer left is removed once it is old, and never listed", async () => {
    const root = await newFolder();
    await fileStore(root).write("runs", "r", 1, "absent");
    const [fresh, old] = [join(root, "runs", ".r.json.0001.tmp"), join(root, "runs", ".r.json.0002.tmp")];
    for (const file of [fresh, old]) await writeFile(file, "{");
    await utimes(old, 0, 0);
    const store = fileStore(root);
    await store.write("runs", "s", 1, "absent");
    expect((await store.list("runs")).records.map(({ id }) => id)).toEqual(["r", "s"]);
    expect((await readdir(join(root, "runs"))).sort()).toEqual([
      ".lock",
      ".r.json.0001.tmp",
      "r.json",
      "s.json",
    ]);
  });

  test("a lock that is never given back is reported with its file", async () => {
    const folder = await newFolder();
    await lockingFolder(folder, async () => {
      const second = lockingFolder(folder, () => "two owners", 30);
      await expect(second).rejects.toMatchObject({ code: "CATALOG_UNREADABLE" });
      await expect(second).rejects.toThrow(join(folder, ".lock"));
    });
    expect(await lockingFolder(folder, () => "free", 30)).toBe("free");
  });
});

describe("a journal file", () => {
  const entries = [{ text: "first" }, { text: "zweitens: ü" }, { text: "日本" }];

  async function journal() {
    const root = await newFolder();
    const store = fileStore(root);
    for (const [index, entry] of entries.entries()) await store.append("run", index, entry);
    const file = join(root, "journals", "run.jsonl");
    return { root, file, bytes: await readFile(file) };
  }

  test("cut anywhere in its last line, it is read without it and repaired by the next append", async () => {
    const { root, file, bytes } = await journal();
    const whole = bytes.lastIndexOf("\n", bytes.length - 2) + 1;
    for (let cut = whole; cut < bytes.length - 1; cut++) {
      await writeFile(file, bytes.subarray(0, cut));
      const store = fileStore(root);
      expect(await store.journal("run")).toEqual(entries.slice(0, 2));
      await store.append("run", 2, entries[2]);
      expect(await readFile(file)).toEqual(bytes);
    }
  });

  test("cut by another process while this one has it open, it is repaired all the same", async () => {
    const { root, file, bytes } = await journal();
    const store = fileStore(root);
    await store.append("run", 3, "fourth");
    await appendFile(file, '{"index":4,"ent');
    await store.append("run", 4, "fifth");
    expect(await store.journal("run")).toEqual([...entries, "fourth", "fifth"]);
    expect((await readFile(file)).subarray(0, bytes.length)).toEqual(bytes);
  });

  test("without its last newline it is whole, and goes on in a new line", async () => {
    const { root, file, bytes } = await journal();
    await truncate(file, bytes.length - 1);
    const store = fileStore(root);
    expect(await store.journal("run")).toEqual(entries);
    await store.append("run", 3, "fourth");
    expect(await fileStore(root).journal("run")).toEqual([...entries, "fourth"]);
  });

  test("with zeros at its end, as after a power failure, it is read without them", async () => {
    const { root, file } = await journal();
    await appendFile(file, `${"\0".repeat(40)}\n`);
    const store = fileStore(root);
    expect(await store.journal("run")).toEqual(entries);
    await store.append("run", 3, "fourth");
    expect(await store.journal("run")).toEqual([...entries, "fourth"]);
  });

  test("damaged before its end, it is refused with file and line, and left as it is", async () => {
    const { root, file, bytes } = await journal();
    const text = bytes.toString();
    const second = text.split("\n")[1] as string;
    for (const damaged of ["{", "", second.replace('"index":1', '"index":7'), "\0\0"]) {
      await writeFile(file, text.replace(second, damaged));
      const store = fileStore(root);
      const expected = { code: "CATALOG_DAMAGED", message: expect.stringContaining(`"${file}": line 2`) };
      await expect(store.journal("run")).rejects.toMatchObject(expected);
      await expect(store.append("run", 3, "fourth")).rejects.toMatchObject(expected);
      expect(await readFile(file, "utf8")).toBe(text.replace(second, damaged));
    }
  });
});

describe("a catalog that cannot be written", () => {
  async function prepared() {
    const root = await newFolder();
    const store = fileStore(root);
    await store.write("runs", "old", { is: "old" }, "absent");
    await store.append("run", 0, { is: "old" });
    return { root, store };
  }

  async function expectUntouched(root: string): Promise<void> {
    const store = fileStore(root);
    expect((await store.list("runs")).records.map(({ value }) => value)).toEqual([{ is: "old" }]);
    expect(await store.journal("run")).toEqual([{ is: "old" }]);
    expect((await readdir(join(root, "runs"))).sort()).toEqual([".lock", "old.json"]);
    expect(await readFile(join(root, "journals", "run.jsonl"), "utf8")).toBe(
      '{"index":0,"entry":{"is":"old"}}\n',
    );
  }

  test("for want of room says so with the path, and nothing half-written is left", async () => {
    const { root } = await prepared();
    const shell = `trap "" XFSZ; ulimit -f 40; exec "${process.execPath}" "${CRAMPED}" "${root}" 0`;
    const { stdout } = await run("bash", ["-c", shell]);
    expect(stdout).toMatch(/^append: CATALOG_UNREADABLE cannot append to ".*run\.jsonl": EFBIG/m);
    expect(stdout).toMatch(/^create: CATALOG_UNREADABLE cannot write ".*new\.json": EFBIG/m);
    expect(stdout).toMatch(/^replace: CATALOG_UNREADABLE cannot write ".*old\.json": EFBIG/m);
    expect(stdout).toMatch(/^list: done/m);
    await expectUntouched(root);
  });

  test("for want of permission says so with the path", async () => {
    const { root } = await prepared();
    const asRoot = process.getuid?.() === 0;
    for (const folder of [root, join(root, "runs"), join(root, "journals")]) await chmod(folder, 0o500);
    const { stdout } = await run(process.execPath, [CRAMPED, root, asRoot ? NOBODY : "0"]);
    for (const folder of [root, join(root, "runs"), join(root, "journals")]) await chmod(folder, 0o700);
    for (const action of ["append", "create", "replace"])
      expect(stdout).toMatch(new RegExp(`^${action}: CATALOG_UNREADABLE cannot .*"${root}.*": `, "m"));
    await expectUntouched(root);
  });

  test("because its path is a file says so with the path", async () => {
    const path = join(await newFolder(), "catalog");
    await writeFile(path, "");
    const store = fileStore(path);
    const expected = { code: "CATALOG_UNREADABLE", message: expect.stringContaining(path) };
    await expect(store.read("runs", "r")).rejects.toMatchObject(expected);
    await expect(store.list("runs")).rejects.toMatchObject(expected);
    await expect(store.write("runs", "r", 1, "absent")).rejects.toMatchObject(expected);
    await expect(store.append("run", 0, 1)).rejects.toMatchObject(expected);
    await expect(store.journal("run")).rejects.toMatchObject(expected);
  });

  test("because a folder stands where a record belongs says so with the path", async () => {
    const root = await newFolder();
    await mkdir(join(root, "runs", "r.json"), { recursive: true });
    const expected = { code: "CATALOG_UNREADABLE", message: expect.stringContaining("r.json") };
    await expect(fileStore(root).read("runs", "r")).rejects.toMatchObject(expected);
    expect((await fileStore(root).list("runs")).damaged).toMatchObject([expected]);
  });
});
