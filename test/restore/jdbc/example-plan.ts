import type { CapturedJdbc } from "../../../shared/restore/jdbc/captured.ts";
import { type JdbcPlan, type LookedAtDump, planDump } from "../../../shared/restore/jdbc/plan.ts";
import type { Mode } from "../../../shared/restore/mode.ts";

export const RUN = "restore-20261121T180000Z-0a1b2c3d";
export const TAIL = RUN.slice(-8);
export const AT_SECOND = Date.UTC(2026, 10, 21, 18) / 1000;
export const HOST = "db.example";

const TABLES = [
  { schema: "coordinator", name: "state", rows: 10, bytes: 1_000_000 },
  { schema: "scalar", name: "asset", rows: 100, bytes: 2_000_000_000 },
];

export function capturedOf(database: string, change: Partial<CapturedJdbc> = {}): CapturedJdbc {
  return {
    engine: "postgresql",
    product: "PostgreSQL",
    serverVersion: "15.7",
    host: HOST,
    port: 5432,
    database,
    schemas: ["coordinator", "scalar", "scalardb"],
    tables: TABLES,
    settings: {},
    snapshot: { atMs: AT_SECOND * 1000 + 250 },
    artifact: {
      store: 'bucket "dumps"',
      key: `payments/${database}.dump.zst`,
      format: "custom",
      tool: "pg_dump (PostgreSQL) 15.7",
      sha256: "ab".repeat(32),
      bytes: 400_000_000,
      rawBytes: 1_900_000_000,
    },
    ...change,
  };
}

/** Two schemas of MySQL, which change names one by one. */
export function capturedMysql(change: Partial<CapturedJdbc> = {}): CapturedJdbc {
  const { database: _, ...captured } = capturedOf("main");
  return {
    ...captured,
    engine: "mysql",
    product: "MariaDB",
    port: 3306,
    schemas: ["coordinator", "scalar"],
    ...change,
  };
}

export function namesOf({ engine, database = "", schemas }: CapturedJdbc) {
  const names = engine === "postgresql" ? [database] : schemas;
  const named = (tail: string) => Object.fromEntries(names.map((name) => [name, `${name}${tail}`]));
  return { targets: named(`_${TAIL}`), kept: named(`_before_${TAIL}`) };
}

export function lookedAtDump(
  database: string,
  captured = capturedOf(database),
  change: Partial<LookedAtDump> = {},
): LookedAtDump {
  const { engine, host, port } = captured;
  const names = namesOf(captured);
  return {
    database,
    atSecond: AT_SECOND,
    captured,
    server: { engine, host, port, ...(captured.database !== undefined && { database: captured.database }) },
    found: {
      ...names,
      present: Object.keys(names.targets).map((name) => ({ name, tables: 2, bytes: 2_001_000_000 })),
      obstacles: [],
    },
    store: 'bucket "dumps"',
    storedBytes: 400_000_000,
    ...change,
  };
}

export function planOf(looked: readonly LookedAtDump[], mode: Mode = "in-place"): JdbcPlan {
  return {
    kind: "jdbc",
    deployment: "payments",
    run: RUN,
    point: "payments-20261121T180000Z",
    mode,
    dumps: looked.flatMap((each) => planDump(each) ?? []),
    ...(looked.length > 1 && {
      window: { startMs: AT_SECOND * 1000 - 3_000, endMs: AT_SECOND * 1000 + 3_000 },
    }),
    instances: [{ component: "ledger", host: "10.0.0.1", port: 50053 }],
  };
}

/** A database of PostgreSQL, and schemas of MariaDB. */
export function ledgerAndAuditor(mode: Mode = "in-place"): JdbcPlan {
  return planOf([lookedAtDump("ledger"), lookedAtDump("auditor", capturedMysql())], mode);
}
