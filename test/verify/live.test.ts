import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import { changed, loadFixture, openLabSecret, rowsOf, sourceOf } from "./fixture-source.ts";

const whole = loadFixture("whole.jsonl", "prod_");
const newestMs = Math.max(...rowsOf(whole, "scalar.asset").map((row) => Number(row["tx_prepared_at"])));
const live = (startedMs: number) => ({ kind: "live", startedMs }) as const;

/** The newest record of some asset was not seen, though its metadata was. */
const unseen = changed(whole, "scalar.asset", (rows) =>
  rows.filter((row) => row["tx_prepared_at"] !== newestMs),
);

test("what was written while live tables were read is not judged, and the report counts it", async () => {
  const report = await verifyCopy({
    sources: [sourceOf(unseen)],
    subject: live(newestMs),
    openSecret: openLabSecret,
  });
  expect(report.findings).toEqual([]);
  expect(report.checked.transactions.inFlight).toBeGreaterThan(0);
  expect(report.notChecked.join("\n")).toContain("under way");
});

test("the same in tables at rest is damage", async () => {
  const report = await verifyCopy({ sources: [sourceOf(unseen)], subject: live(newestMs + 3_600_000) });
  expect(report.proof.kind).toBe("disproven");
  expect(report.findingCounts["latest-age-differs"]).toBeGreaterThan(0);
});

test("a verification leaves nothing behind in its scratch directory, whether it ends or fails", async () => {
  const scratchDir = mkdtempSync(join(tmpdir(), "stillpoint-scratch-"));
  await verifyCopy({ sources: [sourceOf(whole)], subject: { kind: "copy" }, scratchDir });
  const failing = {
    tables: whole.tables,
    scan: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("throttled")) }) }),
  };
  await expect(verifyCopy({ sources: [failing], subject: { kind: "copy" }, scratchDir })).rejects.toThrow(
    "throttled",
  );
  expect(existsSync(scratchDir) && readdirSync(scratchDir)).toEqual([]);
  rmSync(scratchDir, { recursive: true });
});
