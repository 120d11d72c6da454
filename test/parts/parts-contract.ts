import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Parts } from "../../shared/verify/parts.ts";

const LARGE = 3_000_000;
const RUN = "restore-20261125T120000Z-0a1b2c3d";
const NAME = `${RUN}/${"0123456789abcdef".repeat(4)}`;

/** What every store of parts must do. `open` opens the same store whenever it is called. */
export function describeParts(name: string, open: () => Promise<Parts>): void {
  describe(name, () => {
    let folder: string;
    let parts: Parts;
    const fileWith = async (content: string | Buffer) => {
      const file = join(folder, "given");
      await writeFile(file, content);
      return file;
    };
    const read = async (part: string, from = parts) => {
      const file = join(folder, "taken");
      return (await from.get(part, file)) ? readFile(file) : undefined;
    };

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), "stillpoint-parts-test-"));
      parts = await open();
    });

    afterEach(() => {
      parts.close();
      rmSync(folder, { recursive: true });
    });

    test("a part comes back as it was put, to whoever opens the store", async () => {
      const content = Buffer.from(Array.from({ length: LARGE }, (_, at) => (at * 31) % 256));
      await parts.put(NAME, await fileWith(content));
      const other = await open();
      expect((await read(NAME, other))?.equals(content)).toBe(true);
      other.close();
    });

    test("an empty part is a part", async () => {
      await parts.put(NAME, await fileWith(""));
      expect(await read(NAME)).toEqual(Buffer.alloc(0));
    });

    test("a part that was put again is the newer one", async () => {
      await parts.put(NAME, await fileWith("older"));
      await parts.put(NAME, await fileWith("newer"));
      expect((await read(NAME))?.toString()).toBe("newer");
    });

    test("a part that is not there is not there, and no failure", async () => {
      await parts.put(NAME, await fileWith("one"));
      expect(await read(`${RUN}/other`)).toBeUndefined();
      expect(await read("restore-other/part")).toBeUndefined();
    });

    test("all parts of a run are removed at once, and those of no other run, however it is named", async () => {
      const names = Array.from({ length: 5 }, (_, at) => `${RUN}/part-${at}`);
      for (const each of [...names, `${RUN}0/part`, "a/part"]) await parts.put(each, await fileWith(each));
      await parts.remove(RUN);
      for (const each of names) expect(await read(each)).toBeUndefined();
      expect((await read(`${RUN}0/part`))?.toString()).toBe(`${RUN}0/part`);
      await parts.remove(RUN);
      await parts.remove("never-was");
      expect((await read("a/part"))?.toString()).toBe("a/part");
    });

    test.each(["", "..", ".", "a/b", "../..", "/"])(
      'nothing is touched for a run that calls itself "%s"',
      async (run) => {
        await parts.put(NAME, await fileWith("here"));
        const refused = { code: "PARTS_UNREADABLE" };
        await expect(parts.remove(run)).rejects.toMatchObject(refused);
        await expect(parts.put(`${run}/part`, await fileWith("x"))).rejects.toMatchObject(refused);
        await expect(read(`${run}/part`)).rejects.toMatchObject(refused);
        expect((await read(NAME))?.toString()).toBe("here");
      },
    );

    test("a file that is not there cannot be put", async () => {
      await expect(parts.put(NAME, join(folder, "absent"))).rejects.toMatchObject({
        code: "PARTS_UNREADABLE",
      });
    });
  });
}
