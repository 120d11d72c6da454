import { describe, expect, test } from "vitest";
import { catalogOver } from "../../../shared/catalog/catalog.ts";
import { type ExportLine, exportLines } from "../../../shared/catalog/transfer/export-lines.ts";
import { importContents } from "../../../shared/catalog/transfer/import-contents.ts";
import { readExport } from "../../../shared/catalog/transfer/read-export.ts";
import { aPause, aRun } from "../examples.ts";
import { memoryStore } from "../memory-store.ts";
import { collected, contentsOf, fill, linesOf } from "./full-catalog.ts";

async function exported(): Promise<readonly ExportLine[]> {
  const store = memoryStore();
  await fill(store);
  return collected(exportLines(store, () => {}));
}

async function imported(lines: readonly (object | string)[], store = memoryStore(), merge = false) {
  const { contents, problems } = await readExport(linesOf(lines));
  expect(problems).toEqual([]);
  return { store, result: await importContents(store, contents, { merge }) };
}

describe("an exported catalog", () => {
  test("is imported as it was, open pauses, leases and journals included, but for signs of life", async () => {
    const source = memoryStore();
    await fill(source);
    const { store, result } = await imported(await exported());
    expect(await contentsOf(store)).toEqual(await contentsOf(source));
    expect(result).toEqual({
      records: { pauses: 2, leases: 1, points: 2, runs: 2 },
      entries: 6,
      kept: 0,
      leftOut: 1,
    });
    expect((await store.list("sweeps")).records).toEqual([]);
    const again = catalogOver(store).acquireLease("payments", { kind: "backup", run: "b" }, 1e15, 2e15);
    await expect(again).rejects.toMatchObject({ code: "LEASE_HELD" });
  });

  test("names what could not be read, and has the rest", async () => {
    const store = memoryStore();
    await fill(store);
    const told: string[] = [];
    const failure = { code: "CATALOG_DAMAGED", message: '"p-torn" is damaged' } as const;
    const list: typeof store.list = async (collection) => ({
      ...(await store.list(collection)),
      damaged: collection === "pauses" ? [failure] : [],
    });
    const journal: typeof store.journal = (run) =>
      run === "r-done" ? Promise.reject(Object.assign(new Error("a gap"), failure)) : store.journal(run);
    const lines = await collected(exportLines({ ...store, list, journal }, (message) => told.push(message)));
    expect(told).toEqual(['"p-torn" is damaged', '"p-torn" is damaged']);
    expect(lines.at(-1)).toMatchObject({ kind: "catalog-export-end", records: 8, entries: 5 });
  });
});

describe("an import", () => {
  test("into a catalog that holds something is refused, and writes nothing", async () => {
    const store = memoryStore();
    await catalogOver(store).pauses.create(aPause("other"));
    await expect(imported(await exported(), store)).rejects.toMatchObject({
      code: "CATALOG_NOT_EMPTY",
      message: "the catalog holds records already: pauses (1); nothing was written",
    });
    expect((await store.list("points")).records).toEqual([]);
  });

  test("into one that has nothing but a living sweep is none the less one into an empty catalog", async () => {
    const store = memoryStore();
    await catalogOver(store).sweeps.begin(
      { host: "h", process: 1, of: { kind: "watch" }, sinceMs: 0, intervalMs: 1 },
      0,
    );
    expect((await imported(await exported(), store)).result.entries).toBe(6);
  });

  test("that merges adds what is absent and leaves the rest as it is", async () => {
    const store = memoryStore();
    const { pauses, runs, journal } = catalogOver(store);
    await pauses.create(aPause("p-open", { state: "swept", markedBy: "here" }));
    await pauses.create(aPause("p-here"));
    await runs.create(aRun("r-failed", { state: "abandoned" }));
    await journal.append("r-failed", 0, { position: "0", ü: "日本" });
    const { result } = await imported(await exported(), store, true);
    expect(result).toMatchObject({
      records: { pauses: 1, leases: 1, points: 2, runs: 1 },
      entries: 5,
      kept: 2,
    });
    expect((await pauses.get("p-open")).record).toMatchObject({ state: "swept", markedBy: "here" });
    expect((await runs.get("r-failed")).record.state).toBe("abandoned");
    expect(await journal.read("r-failed")).toHaveLength(5);
    const again = await imported(await exported(), store, true);
    expect(again.result).toMatchObject({ records: {}, entries: 0, kept: 7 });
  });

  test("that merges is refused where a journal has gone another way, and writes nothing", async () => {
    const store = memoryStore();
    await catalogOver(store).journal.append("r-failed", 0, { position: "other" });
    await expect(imported(await exported(), store, true)).rejects.toMatchObject({
      code: "CATALOG_NOT_EMPTY",
      message: expect.stringContaining('other journals than the file for "r-failed"; nothing was written'),
    });
    expect((await store.list("pauses")).records).toEqual([]);
  });

  test("that died anywhere is finished by one that merges", async () => {
    const lines = await exported();
    const { contents } = await readExport(linesOf(lines));
    const whole = await contentsOf((await imported(lines)).store);
    for (let deathAt = 0; deathAt < 12; deathAt++) {
      const store = memoryStore();
      let writes = 0;
      const dying = <A extends unknown[], R>(write: (...asked: A) => Promise<R>) => {
        return async (...asked: A) => {
          if (writes++ === deathAt) throw new Error("died");
          return write(...asked);
        };
      };
      const mortal = { ...store, write: dying(store.write), append: dying(store.append) };
      await expect(importContents(mortal, contents, { merge: false })).rejects.toThrow("died");
      await imported(lines, store, true);
      expect(await contentsOf(store)).toEqual(whole);
    }
  });
});

describe("a file that cannot be imported", () => {
  const problemsOf = async (change: (lines: (object | string)[]) => void) => {
    const lines: (object | string)[] = [...(await exported())];
    change(lines);
    return (await readExport(linesOf(lines))).problems;
  };

  test("is told all its problems at once", async () => {
    const problems = await problemsOf((lines) => {
      lines[1] = "{";
      lines[2] = { kind: "catalog-record", collection: "pauses", id: "x" };
      lines.splice(3, 1);
      lines.pop();
    });
    expect(problems).toEqual([
      "line 2 is no JSON",
      expect.stringMatching(/^line 3 is no line of an exported catalog: revision: /),
      "the end is missing: the file was cut",
    ]);
  });

  test("lacks its beginning, or a line, or has one too many", async () => {
    expect(await problemsOf((lines) => lines.shift())).toEqual([
      "line 1 is not the beginning of an exported catalog",
    ]);
    expect(await problemsOf((lines) => lines.splice(3, 1))).toEqual([
      "it has 7 records and 6 journal entries, and should have 8 and 6",
    ]);
    expect(await problemsOf((lines) => lines.push(lines[1] as object))).toEqual([
      `line ${(await exported()).length + 1} comes after the end`,
    ]);
    expect(await problemsOf((lines) => lines.splice(0))).toEqual(["the end is missing: the file was cut"]);
  });

  test("holds records that this version does not know, or a journal with a gap", async () => {
    const problems = await problemsOf((lines) => {
      for (const line of lines as {
        kind: string;
        id?: string;
        value?: Record<string, unknown>;
        index?: number;
      }[]) {
        if (line.id === "p-open") line.value = { ...line.value, state: "ajar" };
        if (line.id === "point-1") line.value = { ...line.value, id: "point-9" };
        if (line.kind === "catalog-journal" && line.index === 3) line.index = 9;
      }
    });
    expect(problems).toEqual([
      'journal "r-failed" lacks entry 3, and has 2 after it',
      expect.stringMatching(/^"p-open" of "pauses" is no record that this version knows: state: /),
      '"point-1" of "points" is no record that this version knows: it is the record of another id',
    ]);
  });
});
