import { expect, test } from "vitest";
import type { CheckId } from "../../shared/verify/finding.ts";
import type { Subject } from "../../shared/verify/subject.ts";
import { summarize } from "../../shared/verify/summary.ts";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import {
  changed,
  fixtureText,
  loadFixture,
  type MemoryTables,
  openLabSecret,
  rowsOf,
  sourceOf,
} from "./fixture-source.ts";

const LATER = loadFixture("whole.jsonl", "prod_");
const A_COPY: Subject = { kind: "copy" };

function verify(tables: MemoryTables, subject: Subject = A_COPY, later = LATER) {
  const sources = [sourceOf(tables)];
  return verifyCopy({ sources, later: sourceOf(later), subject, openSecret: openLabSecret });
}

function disproofs(findings: readonly { check: CheckId; severity: string }[]): CheckId[] {
  return [
    ...new Set(findings.filter(({ severity }) => severity === "disproof").map(({ check }) => check)),
  ].sort();
}

test.each([
  { file: "whole.jsonl", prefix: "prod_", assets: 12, records: 107, ecdsa: 107, hmac: 0 },
  { file: "ledger-dynamo.jsonl.gz", prefix: "", assets: 20, records: 601, ecdsa: 601, hmac: 0 },
  { file: "ledger-postgres.jsonl.gz", prefix: "", assets: 23, records: 633, ecdsa: 0, hmac: 633 },
  { file: "indoubt.jsonl", prefix: "prod_", assets: 33, records: 72, ecdsa: 73, hmac: 0 },
  { file: "indoubt-recovered.jsonl", prefix: "prod_", assets: 33, records: 72, ecdsa: 72, hmac: 0 },
])(
  "verification finds nothing wrong in $file and checks every record of it",
  async ({ file, prefix, assets, records, ecdsa, hmac }) => {
    const report = await verify(loadFixture(file, prefix));
    expect(report.findings).toEqual([]);
    expect(report.proof.kind).toBe("unproven");
    expect(report.checked.chains).toEqual({ assets, records });
    expect(report.checked.signatures.checked).toEqual({ ecdsa, hmac });
    expect(report.checked.signatures.unchecked).toEqual({ "no-key": 0, sealed: 0, unreadable: 0 });
  },
);

test.each(["scalardb-group-commit-postgres.jsonl", "scalardb-write-set-postgres.jsonl"])(
  "verification raises no alarm over %s",
  async (file) => {
    const report = await verify(loadFixture(file));
    expect(report.findings).toEqual([]);
    expect(report.checked.transactions.withoutCoordinator).toBe(0);
  },
);

test("verification resolves rows in doubt by their coordinator's state, as ScalarDB's recovery does", async () => {
  const inDoubt = await verify(loadFixture("indoubt.jsonl", "prod_"));
  const recovered = await verify(loadFixture("indoubt-recovered.jsonl", "prod_"));
  expect(inDoubt.checked.transactions).toMatchObject({ rolledForward: 2, rolledBack: 1 });
  expect(recovered.checked.transactions).toMatchObject({ rolledForward: 0, rolledBack: 0 });
  expect(inDoubt.checked.chains).toEqual(recovered.checked.chains);
});

test("verification disproves the copy that was taken without a pause", async () => {
  const report = await verify(loadFixture("torn-a.jsonl", "prod_"));
  expect(report.proof.kind).toBe("disproven");
  expect(disproofs(report.findings)).toEqual(["half-committed", "latest-age-differs"]);
  expect(report.findingCounts["latest-age-differs"]).toBe(10);
});

test("verification disproves a copy with early metadata and a late coordinator, which the ledger's own validator passes", async () => {
  const early = loadFixture("torn-a.jsonl", "prod_");
  const settled = rowsOf(early, "scalar.asset_metadata").filter((row) => row["tx_state"] === 3);
  const torn = changed(loadFixture("whole.jsonl", "prod_"), "scalar.asset_metadata", () => settled);
  const report = await verify(torn);
  expect(report.proof.kind).toBe("disproven");
  expect(disproofs(report.findings)).toEqual(["latest-age-differs"]);
  expect(report.checked.transactions).toMatchObject({ rolledForward: 0, rolledBack: 0 });
});

test("verification finds the damage of a ledger that was broken at birth, and says what it could not see", async () => {
  const report = await verify(loadFixture("ledger-jdbc-read-committed-broken-postgres.jsonl.gz"), {
    kind: "live",
    startedMs: 0,
  });
  expect(report.proof.kind).toBe("disproven");
  expect(report.findings.map(({ check, key }) => `${check} ${key}`).sort()).toEqual([
    "chain-broken acct-3/9",
    "chain-broken acct-4/10",
    "chain-broken acct-4/13",
    "chain-broken acct-4/6",
  ]);
  expect(report.notChecked).toContain("no transaction columns, so no transactions: scalar.asset");
});

test("verification counts HMAC signatures as not checked where the secret stays sealed", async () => {
  const report = await verifyCopy({
    sources: [sourceOf(loadFixture("ledger-postgres.jsonl.gz"))],
    subject: A_COPY,
  });
  expect(report.findings).toEqual([]);
  expect(report.checked.signatures.unchecked.sealed).toBe(633);
  expect(report.notChecked.join("\n")).toContain("633 HMAC signatures");
});

const PAUSED_AT = 1_795_346_575;

function pauseOfWhole(): { startMs: number; endMs: number } {
  const [pause, check] = fixtureText("whole.window.jsonl")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, number>);
  return { startMs: pause?.["answered_ms"] ?? 0, endMs: check?.["sent_ms"] ?? 0 };
}

test("verification proves the copy inside the pause by a later coordinator without commits around it", async () => {
  const report = await verify(loadFixture("whole.jsonl", "prod_"), {
    kind: "restored",
    atSecond: PAUSED_AT,
    window: pauseOfWhole(),
    later: { atSecond: PAUSED_AT + 10 },
  });
  expect(report.proof).toMatchObject({ kind: "proven" });
  expect(report.notChecked.join("\n")).not.toContain("leaves no trace");
});

test("verification of a pause in which something committed disproves the copy", async () => {
  const late = { tx_id: "unpaused", tx_state: 3, tx_created_at: PAUSED_AT * 1000 + 500 };
  const later = changed(loadFixture("whole.jsonl", "prod_"), "coordinator.state", (rows) => [...rows, late]);
  const subject: Subject = {
    kind: "restored",
    atSecond: PAUSED_AT,
    window: pauseOfWhole(),
    later: { atSecond: PAUSED_AT + 10 },
  };
  const report = await verify(loadFixture("whole.jsonl", "prod_"), subject, later);
  expect(report.proof.kind).toBe("disproven");
  expect(report.proof.reason).toContain('"unpaused"');
  const short: Subject = {
    ...subject,
    window: { startMs: PAUSED_AT * 1000 - 200, endMs: PAUSED_AT * 1000 + 1200 },
  };
  expect((await verify(loadFixture("whole.jsonl", "prod_"), short, later)).proof.kind).toBe("unproven");
});

test("verification finds rows that are later than the restore point", async () => {
  const report = await verify(loadFixture("whole.jsonl", "prod_"), {
    kind: "restored",
    atSecond: 1_795_346_560,
  });
  expect(report.proof.kind).toBe("disproven");
  expect(disproofs(report.findings)).toEqual(["newer-than-point"]);
});

test("the summary says the verdict, what was checked and what was not", async () => {
  const lines = summarize(await verify(loadFixture("indoubt.jsonl", "prod_")));
  expect(lines[0]).toMatch(/^unproven: /);
  expect(lines).toContain(
    "checked: 188 rows in 11 tables, 35 transactions, 3 in doubt (ScalarDB will roll 2 forward, 1 back)",
  );
  expect(lines).toContain("checked: 33 chains with 72 records, 73 digital signatures, 0 HMAC signatures");
  expect(lines.filter((line) => line.startsWith("not checked: ")).length).toBeGreaterThan(2);
});

test("a report is plain JSON and bounded, however much is wrong", async () => {
  const spoiled = changed(loadFixture("ledger-dynamo.jsonl.gz"), "scalar.asset", (rows) =>
    rows.map((row) => ({ ...row, output: "{}" })),
  );
  const report = await verify(spoiled);
  expect(report.findingCounts["hash-differs"]).toBe(601);
  expect(report.findings.length).toBe(10);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});
