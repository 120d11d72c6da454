import { expect, test } from "vitest";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import { loadFixture, type MemoryTables, openLabSecret, sourceOf } from "../verify/fixture-source.ts";
import { applyPages } from "./apply.ts";
import { settleCopy, settledAt } from "./settle-copy.ts";

function ledgerOnly({ tables, rows }: MemoryTables): MemoryTables {
  return { tables: tables.filter(({ role }) => role !== "record"), rows };
}

test("x", async () => {
  for (const [file, second] of [
    ["indoubt.jsonl", 1795346856 + 60],
    ["torn-a.jsonl", 0],
    ["whole.jsonl", 0],
  ] as const) {
    const tables = loadFixture(file, "prod_");
    const times = [...tables.rows.values()]
      .flat()
      .flatMap((r) => [r["tx_created_at"], r["tx_prepared_at"]])
      .filter((x) => typeof x === "number");
    const co = (tables.rows.get("coordinator.state") ?? []).map((r) => r["tx_created_at"]) as number[];
    console.log(
      file,
      Math.min(...times),
      Math.max(...times),
      Math.max(...co),
      tables.tables.map((t) => t.namespace + "." + t.table + ":" + t.role).join(),
    );
    const at = settledAt(second || Math.floor(Math.max(...co) / 1000));
    try {
      const { settlement, pages } = await settleCopy({
        sources: [sourceOf(file === "indoubt.jsonl" ? tables : ledgerOnly(tables))],
        subject: at,
      });
      console.log(
        settlement,
        JSON.stringify(
          pages.flatMap((p) => p.dropped),
          null,
          0,
        ).slice(0, 1500),
      );
      const after = applyPages(tables, pages);
      const report = await verifyCopy({ sources: [sourceOf(after)], subject: at, openSecret: openLabSecret });
      console.log(report.proof, report.findings.slice(0, 5));
    } catch (error) {
      console.log(String(error).slice(0, 3000));
    }
  }
  expect(1).toBe(1);
});
