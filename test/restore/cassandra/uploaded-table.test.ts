import { describe, expect, test } from "vitest";
import {
  describeLack,
  indexesOf,
  lacksOf,
  listsOf,
  MANIFEST,
} from "../../../shared/restore/cassandra/uploaded-table.ts";
import { tableFiles } from "../../databases/cassandra/uploaded-snapshot.ts";

/** What is there, read as the bucket would be. */
function judge(files: ReadonlyMap<string, string>) {
  const manifest = files.get(MANIFEST);
  const lists = new Map(
    listsOf(manifest ?? "").flatMap((name) => {
      const list = files.get(name);
      return list === undefined ? [] : [[name, list] as const];
    }),
  );
  const lengths = new Map([...files].map(([name, text]) => [name, text.length]));
  return lacksOf({ files: lengths, manifest, lists }).map(describeLack);
}

const whole = tableFiles({ keyspace: "ledger", generations: 2 });
const without = (...names: readonly string[]) =>
  new Map([...whole].filter(([name]) => !names.includes(name)));
const changed = (name: string, text: string) => new Map([...whole, [name, text]]);

describe("a table in the bucket", () => {
  test("that has all its files lacks nothing", () => {
    expect(judge(whole)).toEqual([]);
    expect(judge(tableFiles({ keyspace: "ledger", generations: 0 }))).toEqual([]);
  });

  test("lacks each file that its manifest or a list of components names", () => {
    for (const name of whole.keys())
      expect(judge(without(name))).toEqual(name === "schema.cql" ? [] : [`no "${name}"`]);
  });

  test("lacks two files where two are gone, though one of them told of the other", () => {
    expect(judge(without("nb-2-big-Data.db", "nb-2-big-TOC.txt"))).toEqual([
      'no "nb-2-big-Data.db"',
      'no "nb-2-big-TOC.txt"',
    ]);
  });

  test("lacks its data where that is empty, and other files may be", () => {
    expect(judge(changed("nb-1-big-Data.db", ""))).toEqual(['only an empty "nb-1-big-Data.db"']);
    expect(judge(changed("nb-1-big-Filter.db", ""))).toEqual([]);
  });

  test("lacks a list of components that does not even name the data", () => {
    for (const list of ["", "\n", "Index.db\n", '{"error":"busy"}'])
      expect(judge(changed("nb-1-big-TOC.txt", list)).join()).toContain(
        'a "nb-1-big-TOC.txt" that does not list Data.db',
      );
  });

  test("lacks a manifest that cannot be read, whatever it is", () => {
    for (const text of ["", "{", "null", "[]", "{}", '{"files":null}', '{"files":[1]}', '"files"'])
      expect(judge(changed(MANIFEST, text))).toEqual(['a "manifest.json" that lists no files']);
  });

  test("lacks whatever else its manifest names, in the words of a version to come", () => {
    const named = changed(MANIFEST, '{"files":["nb-1-big-Data.db","rows.parquet"]}');
    expect(judge(named)).toEqual(['no "rows.parquet"']);
    expect(judge(new Map([...named, ["rows.parquet", ""]]))).toEqual([]);
  });

  test("of another format is judged by what its own lists name", () => {
    const files = new Map([
      [MANIFEST, '{"files":["da-3gv-bti-Data.db"]}'],
      ["da-3gv-bti-Data.db", "rows"],
      ["da-3gv-bti-TOC.txt", "Data.db\r\nRows.db\r\nPartitions.db\r\nTOC.txt\r\n"],
      ["da-3gv-bti-Rows.db", ""],
    ]);
    expect(judge(files)).toEqual(['no "da-3gv-bti-Partitions.db"']);
  });

  test("tells of its secondary indexes, whose files are no lack", () => {
    const files = tableFiles({ keyspace: "ledger", generations: 3, indexes: ["by_owner", "by_state"] });
    expect([...files.keys()].some((name) => name.includes("/"))).toBe(false);
    expect(judge(files)).toEqual([]);
    expect(indexesOf(files.get(MANIFEST))).toEqual(["by_owner", "by_state"]);
  });
});
