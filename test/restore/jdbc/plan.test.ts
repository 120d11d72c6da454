import { expect, test } from "vitest";
import { planDump, refusals } from "../../../shared/restore/jdbc/plan.ts";
import { dropStatement } from "../../../shared/restore/jdbc/removal.ts";
import { lastSecondOf } from "../../../shared/restore/restore-plan.ts";
import { discardedBy, replacesOriginals, stakesOf } from "../../../shared/restore/restore-stakes.ts";
import {
  AT_SECOND,
  capturedMysql,
  capturedOf,
  HOST,
  ledgerAndAuditor,
  lookedAtDump,
  planOf,
  TAIL,
} from "./example-plan.ts";

const NOW_MS = (AT_SECOND + 5 * 60) * 1000;

test("a dump is planned under names of its own, with everything that its steps need", () => {
  expect(planDump(lookedAtDump("ledger"))).toMatchObject({
    database: "ledger",
    atSecond: AT_SECOND,
    original: { artifact: { key: "payments/ledger.dump.zst" } },
    server: { engine: "postgresql", host: HOST, port: 5432, database: "ledger" },
    targets: { ledger: `ledger_${TAIL}` },
    kept: { ledger: `ledger_before_${TAIL}` },
  });
  expect(refusals(lookedAtDump("ledger"), "in-place")).toEqual([]);
});

test("all reasons against a restore come at once", () => {
  const looked = lookedAtDump("ledger", capturedOf("ledger"), {
    server: { engine: "postgresql", host: HOST, port: 5432, database: "other" },
    storedBytes: 17,
    found: {
      targets: {},
      kept: {},
      present: [],
      obstacles: ['role "scalar" is missing', "there is no room"],
    },
  });
  expect(refusals(looked, "in-place")).toEqual([
    'dump "payments/ledger.dump.zst" in bucket "dumps" has 17 bytes, and had 400000000 when it was stored',
    expect.stringMatching(/is "other" by the configuration, and its dump is of "ledger"/),
    'role "scalar" is missing',
    "there is no room",
  ]);
  expect(refusals(looked, "side-by-side")).toHaveLength(3);
});

test("a dump that the store does not have is refused, and both stores are named where they differ", () => {
  const { storedBytes: _, ...gone } = lookedAtDump("ledger");
  expect(refusals({ ...gone, store: 'folder "/dumps"' }, "in-place")).toEqual([
    'dump "payments/ledger.dump.zst" is not in folder "/dumps" (the point was stored in bucket "dumps")',
  ]);
});

test("a dump that was copied to another store is restored from there", () => {
  expect(
    refusals(lookedAtDump("ledger", capturedOf("ledger"), { store: 'folder "/dumps"' }), "in-place"),
  ).toEqual([]);
});

test("a point without a complete dump is refused", () => {
  const { artifact, ...without } = capturedOf("ledger");
  expect(refusals(lookedAtDump("ledger", without), "in-place")).toEqual([
    'the point has no complete dump of database "ledger"',
  ]);
  const { sha256: _, ...pending } = artifact ?? { sha256: "" };
  const looked = lookedAtDump("ledger", { ...without, artifact: pending as NonNullable<typeof artifact> });
  expect(refusals(looked, "in-place")).toHaveLength(1);
  expect(planDump(looked)).toBeUndefined();
});

test("a dump of one engine is not restored to another", () => {
  const { found: _, ...looked } = lookedAtDump("ledger", capturedMysql(), {
    server: { engine: "postgresql", host: HOST, port: 5432, database: "ledger" },
  });
  expect(refusals(looked, "in-place")).toEqual([
    'database "ledger" is of engine postgresql by the configuration, and its dump is of MariaDB',
  ]);
});

test("a dump may be restored to another server than it was taken from", () => {
  const server = { engine: "postgresql", host: "new.example", port: 5433, database: "ledger" } as const;
  expect(refusals(lookedAtDump("ledger", capturedOf("ledger"), { server }), "in-place")).toEqual([]);
});

test("who lets it be carried out in place agrees to names that change hands, and instances must be stopped", () => {
  const plan = ledgerAndAuditor();
  expect(replacesOriginals(plan)).toBe(true);
  expect(replacesOriginals(ledgerAndAuditor("side-by-side"))).toBe(false);
  expect(stakesOf(plan)).toBe(
    `takes the names "ledger", "coordinator", "scalar" from what is there now, which is kept as "ledger_before_${TAIL}", "coordinator_before_${TAIL}", "scalar_before_${TAIL}", and gives them to what it restores`,
  );
  expect(discardedBy(plan, NOW_MS)).toContain("5 minutes of work");
  expect(lastSecondOf(plan)).toBe(AT_SECOND);
});

test("who restores to an empty server agrees to names that nothing has", () => {
  const { found, ...looked } = lookedAtDump("ledger");
  const plan = planOf([{ ...looked, ...(found && { found: { ...found, present: [] } }) }]);
  expect(stakesOf(plan)).toBe('gives what it restores the names "ledger", which nothing has now,');
  expect(discardedBy(plan, NOW_MS)).toContain("Nothing is discarded");
});

test("SQL that drops what was kept quotes any name", () => {
  expect(dropStatement("postgresql", 'we"ird; x')).toBe('DROP DATABASE "we""ird; x";');
  expect(dropStatement("mysql", "we`ird; x")).toBe("DROP DATABASE `we``ird; x`;");
});
