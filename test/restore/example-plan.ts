import type { CapturedTable, TableSettings } from "../../shared/restore/dynamodb/captured.ts";
import {
  type DynamodbPlan,
  type PlannedDatabase,
  planProof,
  planTables,
} from "../../shared/restore/dynamodb/plan.ts";
import { planEarlier } from "../../shared/restore/dynamodb/settled/earlier-copies.ts";
import type { Mode } from "../../shared/restore/mode.ts";
import { DEFAULT_CLOCKS, earlierSecondOf } from "../../shared/verify/subject.ts";

export const RUN = "restore-20261121T180000Z-0a1b2c3d";
export const AT_SECOND = Date.UTC(2026, 10, 21, 18) / 1000;
const DATABASE = "main";
const COORDINATOR = "prod_coordinator.state";

export const SETTINGS: TableSettings = {
  recoveryDays: 35,
  billing: "PROVISIONED",
  capacity: { read: 10, write: 10 },
  indexCapacity: {},
  scalableTargets: [],
  scalingPolicies: [],
  ttl: null,
  tags: { team: "payments" },
  deletionProtection: false,
};

export function captured(name: string, change: Partial<CapturedTable> = {}): CapturedTable {
  return {
    name,
    id: `${name}#1`,
    arn: `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`,
    coordinator: name === COORDINATOR,
    metadata: { table: { S: name } },
    keys: "id HASH S",
    indexes: [],
    items: 10,
    bytes: 1_000,
    settings: { ...SETTINGS, tags: { ...SETTINGS.tags, table: name } },
    dropped: [],
    replicas: [],
    coverage: { earliestSecond: AT_SECOND - 86_400, latestSecond: AT_SECOND - 100 },
    ...change,
  };
}

export function databaseOf(
  atBackup: readonly CapturedTable[],
  now: readonly CapturedTable[] = atBackup,
): PlannedDatabase {
  const capturedNow = (tables: readonly CapturedTable[]) => ({
    region: "us-east-1",
    metadataTable: "prod_scalardb.metadata",
    tables: [...tables],
    missing: [],
  });
  return {
    name: DATABASE,
    atSecond: AT_SECOND,
    atBackup: capturedNow(atBackup),
    now: capturedNow(now),
  };
}

/** The coordinator and as many tables as are wanted beside it. */
export function planOf(
  others: number,
  mode: Mode = "in-place",
  change: Partial<CapturedTable> = {},
): DynamodbPlan {
  const names = [COORDINATOR, ...Array.from({ length: others }, (_, n) => `prod_scalar.table_${n}`)];
  const database = databaseOf(names.map((name) => captured(name, change)));
  const proof = planProof(database, RUN, { clocks: DEFAULT_CLOCKS, lastSecond: AT_SECOND });
  return {
    kind: "dynamodb",
    deployment: "payments",
    run: RUN,
    point: "payments-20261121T180000Z",
    mode,
    tables: planTables(database, RUN),
    proofs: proof ? [proof] : [],
    instances: [{ component: "ledger", host: "10.0.0.1", port: 50053 }],
    leftAlone: [],
    dyingPoints: [],
  };
}

/** The same for a second at which nobody paused. */
export function settledPlanOf(others: number, mode: Mode = "in-place", restMs = 65_000): DynamodbPlan {
  const plan = planOf(others, mode);
  const boundMs = DEFAULT_CLOCKS.scalarClockBoundMs + DEFAULT_CLOCKS.databaseSkewMs;
  return {
    ...plan,
    point: "payments-20261121T180000Z-settled",
    proofs: [],
    settling: {
      keptUntilMs: AT_SECOND * 1000 - boundMs,
      boundMs,
      isBoundDefault: false,
      restMs,
      tables: plan.tables.map(({ name }) => ({ name, how: "wholly" })),
    },
  };
}

/** The same where records change in place, and write sets tell what has written them. */
export function mutablePlanOf(others: number, mode: Mode = "in-place"): DynamodbPlan {
  const plan = settledPlanOf(others, mode);
  const { settling } = plan;
  if (settling === undefined) throw new Error("nothing is settled");
  const isPerhaps = (name: string) => name !== COORDINATOR;
  const atSecond = earlierSecondOf({ atSecond: AT_SECOND, ...settling });
  const changeable = plan.tables.filter(({ name }) => isPerhaps(name));
  return {
    ...plan,
    proofs: planOf(others, mode).proofs,
    earlier: planEarlier(changeable, RUN, atSecond),
    settling: {
      ...settling,
      tables: plan.tables.map(({ name }) => ({ name, how: isPerhaps(name) ? "perhaps" : "wholly" })),
    },
  };
}

/** A plan over three quiet seconds, a minute apart. */
export function quietPlanOf(others: number, mode: Mode = "in-place"): DynamodbPlan {
  const candidates = [0, 60, 120].map((back) => ({ atSecond: AT_SECOND - back, marginMs: 5_000 }));
  return { ...planOf(others, mode), candidates };
}
