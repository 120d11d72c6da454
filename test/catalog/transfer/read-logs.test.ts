import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { catalogOver } from "../../../shared/catalog/catalog.ts";
import type { CatalogLine } from "../../../shared/catalog/catalog-line.ts";
import { loggedStore } from "../../../shared/catalog/logged-store.ts";
import { importContents } from "../../../shared/catalog/transfer/import-contents.ts";
import { readLogs } from "../../../shared/catalog/transfer/read-logs.ts";
import { aPoint } from "../examples.ts";
import { memoryStore } from "../memory-store.ts";
import { contentsOf, fill, linesOf } from "./full-catalog.ts";

async function logsOfFullCatalog() {
  const store = memoryStore();
  const lines: CatalogLine[] = [];
  const logged = loggedStore(store, (line) => lines.push(line));
  await fill(logged);
  const captured = { fill: randomBytes(400_000).toString("base64") };
  const database = {
    name: "main",
    kind: "dynamodb",
    atSecond: 1,
    clockBound: { lowMs: 0, highMs: 1 },
  } as const;
  await catalogOver(logged).points.create(aPoint("point-large", { databases: [{ ...database, captured }] }));
  return { store, lines };
}

/** Every way in which a line comes out of CloudWatch. */
const ENVELOPES: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => `2026-11-25T00:00:00.000Z ${line}`,
  (line) => `2026-11-25T00:00:00.000Z sweep/2026/11/25/[$LATEST]0123 ${line}`,
  (line) => JSON.stringify({ message: line }),
  (line) => JSON.stringify({ timestamp: 1_795_000_000_000, message: `${line}\n` }),
  (line) => JSON.stringify({ timestamp: "2026-11-25T00:00:00.000Z", message: JSON.parse(line) }),
  (line) =>
    JSON.stringify({ "@timestamp": "x", "@message": "y", message: JSON.stringify({ message: line }) }),
  (line) => JSON.stringify({ level: "info", ...JSON.parse(line), requestId: "r" }),
];
const OTHERS = [
  "START RequestId: 1",
  "",
  '{"level":"info","message":"sweeping"}',
  "catalog-record? none",
  "{",
  "null",
];

const read = (lines: Iterable<object | string>) => readLogs([{ name: "log", lines: linesOf(lines) }]);

describe("a catalog that was lost", () => {
  test("is built again from its log lines, in whatever order and envelope they come, some of them twice", async () => {
    const { store, lines } = await logsOfFullCatalog();
    const whole = JSON.stringify(await contentsOf(store));
    const texts = lines.map((line) => JSON.stringify(line));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...texts, ...texts.slice(0, 5), ...OTHERS], {
          minLength: texts.length + 5 + OTHERS.length,
        }),
        fc.infiniteStream(fc.nat(ENVELOPES.length - 1)),
        async (shuffled, envelopes) => {
          const enveloped = shuffled.map((text) => {
            const envelope = ENVELOPES[envelopes.next().value as number];
            return OTHERS.includes(text) || envelope === undefined ? text : envelope(text);
          });
          const half = enveloped.length / 2;
          const files = [enveloped.slice(0, half), enveloped.slice(half)];
          const logs = files.map((file, index) => ({ name: `log-${index}`, lines: linesOf(file) }));
          const { contents, problems, ignored } = await readLogs(logs);
          expect(problems).toEqual([]);
          expect(ignored).toBe(OTHERS.length);
          const rebuilt = memoryStore();
          await importContents(rebuilt, contents, { merge: false });
          expect(JSON.stringify(await contentsOf(rebuilt)) === whole).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("comes back with the newest version of a record that was written again after it was rebuilt", async () => {
    const lines = [
      {
        kind: "catalog-record",
        collection: "points",
        id: "a",
        revision: 9,
        value: aPoint("a", { createdMs: 9 }),
      },
      {
        kind: "catalog-record",
        collection: "points",
        id: "a",
        revision: 10,
        value: aPoint("a", { createdMs: 10 }),
      },
      {
        kind: "catalog-record",
        collection: "points",
        id: "a",
        revision: 2,
        value: aPoint("a", { createdMs: 2 }),
      },
    ];
    const { contents } = await read(lines);
    expect(contents.records).toMatchObject([{ revision: 10, value: { createdMs: 10 } }]);
  });
});

describe("log lines", () => {
  const point = (id: string, createdMs: number) => ({
    kind: "catalog-record",
    collection: "points",
    id,
    revision: 1,
    value: aPoint(id, { createdMs }),
  });
  const [early, late] = [Date.UTC(2026, 9, 1), Date.UTC(2026, 10, 25)];

  test.each<readonly [string, (line: string, atMs: number) => string]>([
    ["a date before them", (line, atMs) => `${new Date(atMs).toISOString()} ${line}`],
    ["milliseconds before them", (line, atMs) => `${atMs}\t${line}`],
    ["a time around them", (line, atMs) => JSON.stringify({ timestamp: atMs, message: line })],
    [
      "a date in them",
      (line, atMs) => JSON.stringify({ timestamp: new Date(atMs).toISOString(), ...JSON.parse(line) }),
    ],
  ])("with %s tell what time they reach over", async (_, stamped) => {
    const lines = [
      stamped(JSON.stringify(point("b", 200)), late),
      stamped(JSON.stringify(point("a", 100)), early),
      JSON.stringify(point("c", 300)),
    ];
    expect((await read(lines)).coverage).toEqual({
      taken: { fromMs: 100, toMs: 300 },
      logged: { fromMs: early, toMs: late },
    });
  });

  test("without a time tell only what they hold", async () => {
    expect((await read([point("a", 100)])).coverage).toEqual({ taken: { fromMs: 100, toMs: 100 } });
  });
});

describe("log lines that are not complete", () => {
  test("tell of every gap: in a journal, in the parts of a line, of a run", async () => {
    const { lines } = await logsOfFullCatalog();
    const parts = lines.filter(({ kind }) => kind === "catalog-part");
    const left = lines.filter(
      (line) =>
        line !== parts[1] &&
        !(line.kind === "catalog-journal" && line.run === "r-failed" && line.index === 2) &&
        !(line.kind === "catalog-journal" && line.run === "r-done"),
    );
    const { problems, contents } = await read(left);
    expect(problems).toEqual([
      `a version of "point-large" of "points" lacks part 2 of ${parts.length}`,
      'journal "r-failed" lacks entry 2, and has 2 after it',
      'the journal of run "r-done", which is done, is missing',
    ]);
    expect(contents.journals.get("r-failed")).toHaveLength(2);
    expect(contents.records.map(({ id }) => id)).not.toContain("point-large");
  });

  test("tell of a journal whose run is not there", async () => {
    const { problems, contents } = await read([{ kind: "catalog-journal", run: "r", index: 0, entry: 1 }]);
    expect(problems).toEqual(['journal "r" has no run that it belongs to']);
    expect(contents.journals.size).toBe(0);
  });

  test("tell of lines that were cut or changed, by file and number", async () => {
    const line = JSON.stringify({ kind: "catalog-journal", run: "r", index: 0, entry: 1 });
    const { problems } = await read([
      line.slice(0, -3),
      JSON.stringify({ message: line }).slice(0, -9),
      line.replace('"index":0', '"index":"0"'),
    ]);
    expect(problems).toEqual([
      'line 1 of "log" is damaged: it is cut short',
      'line 2 of "log" is damaged: it is cut short',
      expect.stringMatching(/^line 3 of "log" is damaged: /),
    ]);
  });

  test("of two catalogs whose journals went different ways are not mixed", async () => {
    const { problems } = await read([
      { kind: "catalog-journal", run: "r", index: 0, entry: 1 },
      { kind: "catalog-journal", run: "r", index: 0, entry: 2 },
      { kind: "catalog-record", collection: "points", id: "a", revision: 1, value: aPoint("a") },
      {
        kind: "catalog-record",
        collection: "points",
        id: "a",
        revision: 1,
        value: aPoint("a", { heldMs: 1 }),
      },
    ]);
    expect(problems).toEqual([
      'entry 0 of journal "r" is there twice, with different contents: take the lines of one catalog',
      '"a" of "points" has two contents under revision 1',
      'journal "r" has no run that it belongs to',
    ]);
  });
});
