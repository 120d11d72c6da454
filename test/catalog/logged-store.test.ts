import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { type CatalogLine, PartLine } from "../../shared/catalog/catalog-line.ts";
import { joinedLine } from "../../shared/catalog/cut-line.ts";
import { loggedStore } from "../../shared/catalog/logged-store.ts";
import { revisionOf } from "../../shared/catalog/store.ts";
import { memoryStore } from "./memory-store.ts";

/** CloudWatch's own limit for an event. */
const EVENT_BYTES = 262_144;

function logged() {
  const lines: CatalogLine[] = [];
  const store = loggedStore(memoryStore(), (line) => lines.push(line));
  return { lines, store };
}

test("every write leaves as a line with its revision, and every journal entry with its index", async () => {
  const { lines, store } = logged();
  const first = await store.write("pauses", "p", { state: "open" }, "absent");
  const second = await store.write("pauses", "p", { state: "closed" }, first);
  await store.append("r", 0, { kind: "now" });
  expect(lines).toEqual([
    {
      kind: "catalog-record",
      collection: "pauses",
      id: "p",
      revision: revisionOf(first),
      value: { state: "open" },
    },
    {
      kind: "catalog-record",
      collection: "pauses",
      id: "p",
      revision: revisionOf(second),
      value: { state: "closed" },
    },
    { kind: "catalog-journal", run: "r", index: 0, entry: { kind: "now" } },
  ]);
});

test("what was not written leaves no line, and neither do reads and signs of life", async () => {
  const { lines, store } = logged();
  await store.write("sweeps", "sweep-1", {}, "absent");
  await expect(store.write("runs", "r", {}, "9")).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
  await expect(store.append("r", 3, {})).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
  await store.list("runs");
  expect(lines).toEqual([]);
});

test("a line that a log would cut leaves in numbered parts that are whole together", async () => {
  const { lines, store } = logged();
  const value = { fill: randomBytes(700_000).toString("base64") };
  const version = await store.write("points", "large", value, "absent");
  const parts = lines.map((line) => PartLine.parse(line));
  expect(parts.length).toBeGreaterThan(1);
  for (const [part, line] of parts.entries()) {
    expect(line).toMatchObject({ part, parts: parts.length, of: '"large" of "points"' });
    // Wrapped by a host, with every quotation mark escaped.
    expect(JSON.stringify({ message: JSON.stringify(line) }).length).toBeLessThan(EVENT_BYTES);
  }
  const joined = joinedLine(parts) as { value: { fill: string }; revision: number };
  expect(joined.value.fill === value.fill).toBe(true);
  expect(joined.revision).toBe(revisionOf(version));
});

test("a log that fails does not fail the write", async () => {
  const store = loggedStore(memoryStore(), () => {
    throw new Error("no space left on device");
  });
  const version = await store.write("runs", "r", 1, "absent");
  await store.append("r", 0, 1);
  expect(await store.read("runs", "r")).toMatchObject({ value: 1, version });
});
