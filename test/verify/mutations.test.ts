import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { CheckId } from "../../shared/verify/finding.ts";
import type { Row, Value } from "../../shared/verify/row-source.ts";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import {
  changed,
  loadFixture,
  type MemoryTables,
  openLabSecret,
  rowsOf,
  sourceOf,
} from "./fixture-source.ts";

const good = loadFixture("whole.jsonl", "prod_");
const hmac = loadFixture("ledger-postgres.jsonl.gz");
const assets = rowsOf(good, "scalar.asset");
const RUNS = { numRuns: 15 };

async function checksOf(tables: MemoryTables): Promise<ReadonlySet<CheckId>> {
  const report = await verifyCopy({
    sources: [sourceOf(tables)],
    subject: { kind: "copy" },
    openSecret: openLabSecret,
  });
  return new Set(report.findings.map(({ check }) => check));
}

function replaced(table: string, position: number, change: (row: Row) => Row): MemoryTables {
  return changed(good, table, (rows) => rows.map((row, at) => (at === position ? change(row) : row)));
}

function dropped(table: string, position: number): MemoryTables {
  return changed(good, table, (rows) => rows.filter((_, at) => at !== position));
}

/** One bit of bytes, or one character of a text. */
function spoil(value: Value | undefined, at: number): Value {
  if (value instanceof Uint8Array)
    return value.map((byte, index) => (index === at % value.length ? byte ^ (1 << (at % 8)) : byte));
  const text = String(value ?? "");
  const place = at % (text.length + 1);
  return `${text.slice(0, place)}~${text.slice(place)}`;
}

const position = fc.nat(assets.length - 1);

test.each(["output", "contract_id", "argument", "signature", "input"])(
  "a change anywhere in the %s of a record is found by its hash",
  async (column) => {
    const property = fc.asyncProperty(position, fc.nat(), async (at, where) => {
      const checks = await checksOf(
        replaced("scalar.asset", at, (row) => ({ ...row, [column]: spoil(row[column], where) })),
      );
      expect(checks).toContain("hash-differs");
    });
    await fc.assert(property, RUNS);
  },
);

test.each(["argument", "signature"])(
  "a change anywhere in the %s of a record is found by its signature",
  async (column) => {
    const property = fc.asyncProperty(position, fc.nat(), async (at, where) => {
      const checks = await checksOf(
        replaced("scalar.asset", at, (row) => ({ ...row, [column]: spoil(row[column], where) })),
      );
      expect(checks).toContain("signature-wrong");
    });
    await fc.assert(property, RUNS);
  },
);

test("a change of a hash is found by the hash itself and by the record after it", async () => {
  const property = fc.asyncProperty(position, fc.nat(), async (at, bit) => {
    const checks = await checksOf(
      replaced("scalar.asset", at, (row) => ({ ...row, hash: spoil(row["hash"], bit) })),
    );
    expect(checks).toContain("hash-differs");
    const isLast = assets[at + 1]?.["id"] !== assets[at]?.["id"];
    expect(checks.has("chain-broken")).toBe(!isLast);
  });
  await fc.assert(property, RUNS);
});

test("a record that is lost is found, wherever it was in its chain", async () => {
  const property = fc.asyncProperty(position, async (at) => {
    const checks = await checksOf(dropped("scalar.asset", at));
    const isLast = assets[at + 1]?.["id"] !== assets[at]?.["id"];
    expect(checks).toContain(isLast ? "latest-age-differs" : "age-missing");
  });
  await fc.assert(property, RUNS);
});

test("the loss of a whole asset is found by those who read it", async () => {
  const without = changed(good, "scalar.asset", (rows) => rows.filter(({ id }) => id !== "acct-0"));
  const both = changed(without, "scalar.asset_metadata", (rows) =>
    rows.filter(({ asset_id }) => asset_id !== "acct-0"),
  );
  expect(await checksOf(both)).toContain("input-missing");
});

test("a latest_age that is too low or too high is found, and so is one that is lost", async () => {
  const metadata = rowsOf(good, "scalar.asset_metadata");
  const property = fc.asyncProperty(
    fc.nat(metadata.length - 1),
    fc.integer({ min: -3, max: 3 }).filter((by) => by !== 0),
    async (at, by) => {
      const moved = replaced("scalar.asset_metadata", at, (row) => ({
        ...row,
        latest_age: Number(row["latest_age"]) + by,
      }));
      expect(await checksOf(moved)).toContain("latest-age-differs");
      expect(await checksOf(dropped("scalar.asset_metadata", at))).toContain("latest-age-differs");
    },
  );
  await fc.assert(property, RUNS);
});

test("without any asset_metadata rows latest ages are not checked, and the report says so", async () => {
  const direct = changed(
    changed(hmac, "scalar.asset_metadata", () => []),
    "scalar_ns1.asset_metadata",
    () => [],
  );
  const report = await verifyCopy({
    sources: [sourceOf(direct)],
    subject: { kind: "copy" },
    openSecret: openLabSecret,
  });
  expect(report.findings).toEqual([]);
  expect(report.notChecked.join("\n")).toContain("latest ages of scalar.asset, scalar_ns1.asset:");
});

test("another transaction's id on a record is found by its nonce", async () => {
  expect(
    await checksOf(replaced("scalar.asset", 5, (row) => ({ ...row, tx_id: assets[60]?.["tx_id"] ?? null }))),
  ).toContain("nonce-differs");
});

test.each([
  { column: "tx_state", value: 4 },
  { column: "tx_state", value: 0 },
  { column: "tx_version", value: 0 },
])("$column $value in a record is impossible", async ({ column, value }) => {
  expect(await checksOf(replaced("scalar.asset", 9, (row) => ({ ...row, [column]: value })))).toContain(
    "impossible-state",
  );
});

/** A transaction that wrote several rows, with one of them set back to PREPARED. */
function halfPrepared(): { tables: MemoryTables; transaction: string } {
  const transactions = Map.groupBy(assets, (row) => String(row["tx_id"]));
  const [transaction] = [...transactions].find(([, rows]) => rows.length > 2) ?? [""];
  const at = assets.findIndex((row) => row["tx_id"] === transaction);
  return {
    tables: replaced("scalar.asset", at, (row) => ({ ...row, tx_state: 1, tx_committed_at: null })),
    transaction,
  };
}

test("a row still prepared among committed ones is normal while the coordinator says COMMITTED", async () => {
  expect(await checksOf(halfPrepared().tables)).toEqual(new Set());
});

test("a row still prepared among committed ones is half a transaction without the coordinator row", async () => {
  const { tables, transaction } = halfPrepared();
  const torn = changed(tables, "coordinator.state", (rows) =>
    rows.filter(({ tx_id }) => tx_id !== transaction),
  );
  expect(await checksOf(torn)).toContain("half-committed");
});

test("a committed row whose coordinator row says ABORTED is found", async () => {
  const aborted = changed(good, "coordinator.state", (rows) =>
    rows.map((row) => (row["tx_id"] === assets[30]?.["tx_id"] ? { ...row, tx_state: 4 } : row)),
  );
  expect(await checksOf(aborted)).toContain("committed-but-aborted");
});

test("a coordinator that was cleaned up is no damage, and a late ABORTED row then only warns", async () => {
  const aborted = { tx_id: assets[0]?.["tx_id"] ?? null, tx_state: 4, tx_created_at: 1_795_346_999_000 };
  const newest = Math.max(...rowsOf(good, "coordinator.state").map((row) => Number(row["tx_created_at"])));
  const cleaned = changed(good, "coordinator.state", (rows) => [
    ...rows.filter((row) => Number(row["tx_created_at"]) > newest - 1000),
    aborted,
  ]);
  const report = await verifyCopy({
    sources: [sourceOf(cleaned)],
    subject: { kind: "copy" },
    openSecret: openLabSecret,
  });
  expect(report.proof.kind).toBe("unproven");
  expect(new Set(report.findings.map(({ check, severity }) => `${severity} ${check}`))).toEqual(
    new Set(["warning committed-but-aborted", "warning without-coordinator"]),
  );
});

test("a lost coordinator row of a finished transaction leaves only a warning: one of the blind spots", async () => {
  const at = rowsOf(good, "coordinator.state").findIndex((row) => row["tx_id"] === assets[30]?.["tx_id"]);
  expect(await checksOf(dropped("coordinator.state", at))).toEqual(new Set(["without-coordinator"]));
});

test("a lost certificate or contract is told: signatures are counted as not checked, the contract is missing", async () => {
  const bare = changed(
    changed(hmac, "scalar.secret", () => []),
    "scalar.contract",
    () => [],
  );
  const report = await verifyCopy({
    sources: [sourceOf(bare)],
    subject: { kind: "copy" },
    openSecret: openLabSecret,
  });
  expect(report.findingCounts).toEqual({ "contract-missing": 633 });
  expect(report.checked.signatures.unchecked["no-key"]).toBe(633);
});

const written = loadFixture("scalardb-write-set-postgres.jsonl");

test("a row that is older than the coordinator's write set says is found", async () => {
  const wallets = rowsOf(written, "app.wallet");
  const property = fc.asyncProperty(fc.nat(wallets.length - 1), async (at) => {
    const old = changed(written, "app.wallet", (rows) =>
      rows.map((row, index) =>
        index === at
          ? {
              ...row,
              tx_id: "earlier",
              tx_prepared_at: 1_795_346_000_000,
              tx_committed_at: 1_795_346_000_001,
            }
          : row,
      ),
    );
    expect(await checksOf(old)).toContain("older-than-coordinator");
  });
  await fc.assert(property, RUNS);
});

const grouped = loadFixture("scalardb-group-commit-postgres.jsonl");

test("in a group commit the parent's row stands for its children only", async () => {
  const wallet = rowsOf(grouped, "app.wallet").findIndex((row) => String(row["tx_id"]).includes("$"));
  const [parent, child] = String(rowsOf(grouped, "app.wallet")[wallet]?.["tx_id"]).split("$");
  const without = changed(grouped, "coordinator.state", (rows) =>
    rows.map((row) =>
      row["tx_id"] === parent
        ? { ...row, tx_child_ids: String(row["tx_child_ids"]).replace(child ?? "", "other") }
        : row,
    ),
  );
  const spurious = changed(without, "coordinator.state", (rows) => [
    ...rows,
    { tx_id: "someone-elses-parent", tx_child_ids: "", tx_state: 4, tx_created_at: 1 },
  ]);
  expect(await checksOf(spurious)).toEqual(new Set(["without-coordinator"]));
});
