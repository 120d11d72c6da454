import { expect, test } from "vitest";
import type { Change } from "../../shared/settle/change.ts";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import {
  changed,
  loadFixture,
  type MemoryTables,
  openLabSecret,
  rowsOf,
  sourceOf,
} from "../verify/fixture-source.ts";
import { applyPages } from "./apply.ts";
import { settleCopy, settledAt } from "./settle-copy.ts";

const WHOLE = ledgerOnly(loadFixture("whole.jsonl", "prod_"));
const AT = settledAt(newestSecond(WHOLE));
const INDOUBT = loadFixture("indoubt.jsonl", "prod_");
const LATER = settledAt(newestSecond(INDOUBT) + 60);

function ledgerOnly({ tables, rows }: MemoryTables): MemoryTables {
  return { tables: tables.filter(({ role }) => role !== "record"), rows };
}

function newestSecond(tables: MemoryTables): number {
  return Math.floor(
    Math.max(...rowsOf(tables, "coordinator.state").map((row) => Number(row["tx_created_at"]))) / 1000,
  );
}

/** The copy with only some of the changes made that settling it takes. */
async function halfSettled(tables: MemoryTables, subject: typeof AT, isMade: (change: Change) => boolean) {
  const { pages } = await settleCopy({ sources: [sourceOf(tables)], subject });
  const made = pages.map((page) => ({ ...page, changes: page.changes.filter(isMade) }));
  return {
    after: applyPages(tables, made),
    left: pages.flatMap(({ changes }) => changes.filter((each) => !isMade(each))),
  };
}

async function verdictOf(tables: MemoryTables, subject: typeof AT) {
  return await verifyCopy({ sources: [sourceOf(tables)], subject, openSecret: openLabSecret });
}

const isOf = (kind: Change["kind"], table: string) => (change: Change) =>
  change.kind === kind && change.table === table;

test.each([
  ["the decision of a dropped transaction", isOf("remove", "prod_coordinator.state"), "newer-than-point"],
  ["a latest age", isOf("metadata", "prod_scalar.asset_metadata"), "latest-age-differs"],
  ["a record of a dropped transaction", isOf("remove", "prod_scalar.asset"), "latest-age-differs"],
])("a copy that still has %s is disproven", async (_, isLeft, check) => {
  const { left } = await halfSettled(WHOLE, AT, (change) => !isLeft(change));
  expect(left.length).toBeGreaterThan(0);
  for (const one of left) {
    const { after } = await halfSettled(
      WHOLE,
      AT,
      (change) => change.key !== one.key || change.table !== one.table,
    );
    const { proof, findings } = await verdictOf(after, AT);
    expect(proof.kind).toBe("disproven");
    expect(findings.map((finding) => finding.check)).toContain(check);
  }
});

test("a copy in which all of a dropped transaction is left but for its decision is disproven", async () => {
  const { after } = await halfSettled(WHOLE, AT, isOf("remove", "prod_coordinator.state"));
  expect((await verdictOf(after, AT)).proof.kind).toBe("disproven");
  // By the missing decision alone, where no row is dated after what is kept.
  const early = changed(after, "scalar.asset", (rows) => rows.map((row) => ({ ...row, tx_prepared_at: 0 })));
  const all = changed(early, "scalar.asset_metadata", (rows) =>
    rows.map((row) => ({ ...row, tx_prepared_at: 0 })),
  );
  const { proof } = await verdictOf(all, AT);
  expect(proof).toMatchObject({
    kind: "disproven",
    reason: expect.stringContaining("has no coordinator row"),
  });
});

test("a copy in which anything is still in doubt is disproven", async () => {
  const { left } = await halfSettled(INDOUBT, LATER, () => false);
  expect(left).toHaveLength(18);
  for (const one of left) {
    const { after } = await halfSettled(
      INDOUBT,
      LATER,
      (change) => change.key !== one.key || change.table !== one.table,
    );
    const { proof, findings } = await verdictOf(after, LATER);
    expect(proof.kind).toBe("disproven");
    expect(findings.map((finding) => finding.check)).toContain("left-in-doubt");
  }
});

test("a latest age that is one too high or too low is disproven, wherever it is", async () => {
  const { after } = await halfSettled(WHOLE, AT, () => true);
  expect((await verdictOf(after, AT)).proof.kind).toBe("proven");
  for (const [position] of rowsOf(after, "scalar.asset_metadata").entries())
    for (const by of [1, -1]) {
      const wrong = changed(after, "scalar.asset_metadata", (rows) =>
        rows.map((row, at) =>
          at === position ? { ...row, latest_age: Number(row["latest_age"]) + by } : row,
        ),
      );
      expect((await verdictOf(wrong, AT)).proof.kind).toBe("disproven");
    }
});

test("a proof names the tables whose deletes leave nothing to see", async () => {
  const { after } = await halfSettled(INDOUBT, LATER, () => true);
  const { proof } = await verdictOf(after, LATER);
  expect(proof.kind).toBe("proven");
  expect(JSON.stringify(proof)).toContain("deleted records of app.account");
  const ledger = await verdictOf(ledgerOnly(after), LATER);
  expect(JSON.stringify(ledger.proof)).not.toContain("deleted records");
});
