import { expect, test } from "vitest";
import { describePlan } from "../../shared/restore/dynamodb/describe-plan.ts";
import { type DynamodbPlan, planTables } from "../../shared/restore/dynamodb/plan.ts";
import { planEarlier } from "../../shared/restore/dynamodb/settled/earlier-copies.ts";
import {
  howSettled,
  keptUntilOf,
  obstaclesOf,
  refuseSettling,
} from "../../shared/restore/dynamodb/settled/settling.ts";
import type { ColumnType, TableSchema } from "../../shared/verify/row-source.ts";
import { DEFAULT_CLOCKS, earlierSecondOf } from "../../shared/verify/subject.ts";
import { DEFAULT_NAMESPACES, isTransactional, roleOf } from "../../shared/verify/table-role.ts";
import {
  AT_SECOND,
  captured,
  databaseOf,
  mutablePlanOf,
  planOf,
  RUN,
  settledPlanOf,
} from "./example-plan.ts";

const TX = { tx_id: "text", tx_state: "int", tx_version: "int" } as const;
const STATE = { tx_id: "text", tx_state: "int", tx_created_at: "bigint" } as const;

function tableOf(name: string, columns: Readonly<Record<string, ColumnType>>): TableSchema {
  const [namespace = "", table = ""] = name.split(".");
  return {
    physical: name,
    namespace,
    table,
    role: roleOf(namespace, table, columns, DEFAULT_NAMESPACES),
    transactional: isTransactional(columns),
    partitionKey: ["id"],
    clusteringKey: [],
    columns,
    secondaryIndexes: [],
  };
}

const COORDINATOR = tableOf("coordinator.state", STATE);
const ASSET = tableOf("scalar.asset", { prev_hash: "blob", ...TX });
const METADATA = tableOf("scalar.asset_metadata", { latest_age: "int", ...TX });
const ACCOUNT = tableOf("app.account", { balance: "int", ...TX });
const LEDGER = [COORDINATOR, ASSET, METADATA, ACCOUNT];

function obstacles(schemas: readonly TableSchema[], change: Partial<Parameters<typeof obstaclesOf>[0]> = {}) {
  const namespaces = DEFAULT_NAMESPACES;
  return obstaclesOf({ schemas, namespaces, componentKinds: ["ledger"], clocks: DEFAULT_CLOCKS, ...change });
}

test("a ledger with its coordinator can be settled", () => {
  expect(obstacles(LEDGER)).toEqual([]);
  const inNamespace = tableOf("scalar_orders.asset", { prev_hash: "blob", ...TX });
  expect(obstacles([COORDINATOR, inNamespace])).toEqual([]);
});

test.each([
  ["no coordinator", [ASSET, METADATA], /no coordinator table "coordinator\.state"/],
  ["another coordinator's", [tableOf("mine.state", STATE), ASSET], /there is "mine\.state"/],
  [
    "two coordinators",
    [...LEDGER, tableOf("other.state", STATE)],
    /several coordinator tables .*"other\.state"/,
  ],
  ["the coordinators of two databases", [...LEDGER, COORDINATOR], /several coordinator tables/],
  ["one name in two databases", [...LEDGER, ACCOUNT], /"app\.account" in more than one database/],
  ["no ledger", [COORDINATOR, ACCOUNT], /no tables of a ledger.*--nearest/],
  ["the JDBC transaction manager", [COORDINATOR, tableOf("scalar.asset", { prev_hash: "blob" })], /JDBC/],
] as const)("tables with %s cannot", (_what, schemas, reason) => {
  expect(obstacles(schemas)).toEqual([expect.stringMatching(reason)]);
});

test("a table of a user's that is called state is no coordinator", () => {
  expect(obstacles([...LEDGER, tableOf("app.state", { open: "boolean", ...TX })])).toEqual([]);
});

test("an Auditor and a bound of more than a minute are refused, with all that is wrong at once", () => {
  const clocks = { ...DEFAULT_CLOCKS, scalarClockBoundMs: 60_000 };
  const found = obstacles([ACCOUNT], { componentKinds: ["ledger", "auditor"], clocks });
  expect(found).toEqual([
    expect.stringContaining("coordinator"),
    expect.stringContaining("ledger"),
    expect.stringContaining("Auditor"),
    expect.stringContaining("60250 ms"),
  ]);
  expect(() => refuseSettling("payments", AT_SECOND, found)).toThrow(
    /^"payments" cannot be settled at 2026-11-21T18:00:00Z: .*; .*; .*; .*; nothing was touched$/,
  );
});

test("what is kept ends before the second, never after it", () => {
  expect(keptUntilOf(AT_SECOND, DEFAULT_CLOCKS)).toBe(AT_SECOND * 1000 - 1_250);
});

test("earlier copies are over two bounds before what is kept, and no sooner than need be", () => {
  for (const boundMs of [10, 250, 1_000, 1_250, 10_250, 60_000]) {
    const keptUntilMs = AT_SECOND * 1000 - boundMs;
    const overMs = (earlierSecondOf({ atSecond: AT_SECOND, keptUntilMs }) + 1) * 1000;
    expect(overMs).toBeLessThanOrEqual(keptUntilMs - 2 * boundMs);
    expect(overMs).toBeGreaterThan(keptUntilMs - 2 * boundMs - 1000);
  }
});

test("only what is added to and never changed is settled wholly", () => {
  const contract = tableOf("scalar.contract", { cert_holder_id: "text" });
  expect([...LEDGER, contract].map(howSettled)).toEqual([
    "wholly",
    "wholly",
    "wholly",
    "perhaps",
    "as-it-is",
  ]);
});

test("the plan says where records that change in place come back from, or what it would take", () => {
  const told = (plan: DynamodbPlan) => {
    const { steps, consequences } = describePlan(plan, 0);
    return { steps, text: [...steps.map(({ does }) => does), ...consequences].join("\n") };
  };
  const plan = mutablePlanOf(2);
  const names = plan.earlier?.map(({ temporary }) => temporary) ?? [];
  expect(names).toEqual([
    "prod_scalar.table_0.stillpoint-0a1b2c3d-earlier",
    "prod_scalar.table_1.stillpoint-0a1b2c3d-earlier",
  ]);
  const { steps, text } = told(plan);
  expect(steps.flatMap(({ creates }) => creates)).toEqual(expect.arrayContaining(names));
  expect(steps.at(-1)?.deletes).toEqual(expect.arrayContaining(names));
  expect(told(mutablePlanOf(2, "side-by-side")).steps.at(-1)?.deletes).toEqual(expect.arrayContaining(names));
  for (const part of [
    "and 2 of them once more to 2026-11-21T17:59:55Z",
    'comes back from copies of 2026-11-21T17:59:55Z: "prod_scalar.table_0", "prod_scalar.table_1"',
    "Quotas: 9 restores, 50 at a time; 6 more tables meanwhile; 3 backups",
    "and those of the earlier copies once (0.00 GB)",
  ])
    expect(text).toContain(part);
  expect(text).not.toContain("write_set_logging");
  const { earlier: _, ...unlogged } = plan;
  expect(told(unlogged).text).toMatch(/write_set_logging\.enabled=true.*repairCoordinatorTables/);
  expect(told(unlogged).text).not.toContain("17:59:55");
});

test("a table that does not reach back so far has no earlier copy, and the plan says why", () => {
  const atSecond = AT_SECOND - 5;
  const young = { earliestSecond: atSecond + 1, latestSecond: AT_SECOND };
  const long = "prod_long.".padEnd(255 - ".stillpoint-0a1b2c3d-later".length, "x");
  const tables = [captured("prod_app.young", { coverage: young }), captured(long), captured("prod_app.old")];
  const planned = planTables(databaseOf(tables), RUN);
  const earlier = planEarlier(planned, RUN, atSecond);
  expect(earlier.map(({ name, atSecond: second }) => [name, second])).toEqual([["prod_app.old", atSecond]]);
  const plan = mutablePlanOf(1);
  const how = "perhaps" as const;
  const { settling } = plan;
  if (settling === undefined) throw new Error("nothing is settled");
  const told = describePlan(
    {
      ...plan,
      tables: planned,
      earlier,
      settling: { ...settling, tables: planned.map(({ name }) => ({ name, how })) },
    },
    0,
  );
  const lacking = told.consequences.filter((text) => text.startsWith("No copy of 2026-11-21T17:59:55Z"));
  expect(lacking).toEqual([
    expect.stringContaining('"prod_app.young" can be restored from 2026-11-21T17:59:56Z on'),
    expect.stringContaining("longer than 255 characters"),
  ]);
});

test("the plan says what settling keeps and drops, by which bound, and what it waits for", () => {
  const plan = settledPlanOf(1);
  const { settling } = plan;
  if (settling === undefined) throw new Error("the plan settles nothing");
  const [first, second] = settling.tables;
  const tables = [
    { name: first?.name ?? "", how: "wholly" },
    { name: second?.name ?? "", how: "perhaps" },
  ] as const;
  const told = describePlan({ ...plan, settling: { ...settling, isBoundDefault: true, tables } }, 0);
  const text = [...told.steps.map(({ does }) => does), ...told.consequences].join("\n");
  for (const part of [
    "2026-11-21T17:59:58.750Z",
    "1250 ms before the second",
    "Nobody has set pause.scalarClockBound: the default of 1s is taken",
    `Settled only perhaps, since their records change in place: "${second?.name}"`,
    "Wait 65 s",
    "reading every row three times",
    `stillpoint dropped ${plan.run}`,
    "the same nonce",
  ])
    expect(text).toContain(part);
  expect(text).not.toContain("later second");
  const beside = describePlan({ ...plan, proofs: planOf(1).proofs }, 0);
  expect(beside.consequences.join("\n")).toContain("a record that was deleted leaves nothing to see");
  const paused = describePlan(planOf(1), 0);
  expect([...paused.steps.map(({ does }) => does), ...paused.consequences].join("\n")).not.toMatch(/settl/i);
});
