import type { CapturedManaged } from "../../../shared/restore/managed/captured.ts";
import { type LookedAt, type ManagedPlan, planServer } from "../../../shared/restore/managed/plan.ts";
import type { Mode } from "../../../shared/restore/mode.ts";

export const RUN = "restore-20261121T180000Z-0a1b2c3d";
export const AT_SECOND = Date.UTC(2026, 10, 21, 18) / 1000;
export const LEDGER = "payments-ledger";
export const AUDITOR = "payments-auditor";

/** An Aurora cluster with two instances, and everything that can be set on it. */
export function captured(server: string, change: Partial<CapturedManaged> = {}): CapturedManaged {
  return {
    service: "aurora",
    engine: "postgresql",
    product: "aurora-postgresql",
    version: "16.4",
    server,
    resourceId: `cluster-${server.toUpperCase()}`,
    place: { region: "ap-northeast-1" },
    host: `${server}.cluster-abc.ap-northeast-1.rds.amazonaws.com`,
    port: 5432,
    database: "ledger",
    tables: ["scalar.asset", "coordinator.state"],
    createdSecond: AT_SECOND - 86_400,
    settings: {
      DeletionProtection: true,
      DBClusterParameterGroupName: "ledger-16",
      PreferredMaintenanceWindow: "sun:18:00-sun:19:00",
    },
    tags: { team: "payments" },
    members: [member(`${server}-1`, true), member(`${server}-2`, false)],
    surroundings: [
      {
        kind: "alarm",
        name: `${server}-cpu`,
        says: { Dimensions: [{ Name: "DBClusterIdentifier", Value: server }] },
      },
    ],
    unread: [],
    ...change,
  };
}

function member(name: string, writer: boolean): CapturedManaged["members"][number] {
  const settings = { DBInstanceClass: "db.r7g.large", Monitoring: { interval: 60, role: "arn:monitor" } };
  return { name, resourceId: `db-${name.toUpperCase()}`, writer, tier: writer ? 0 : 1, settings, tags: {} };
}

export function lookedAt(
  server: string,
  change: Partial<LookedAt> = {},
): LookedAt & { readonly now: CapturedManaged } {
  const atBackup = captured(server);
  return {
    name: server.replace("payments-", ""),
    atSecond: AT_SECOND,
    atBackup,
    now: atBackup,
    reach: { earliestSecond: AT_SECOND - 3_600, latestSecond: AT_SECOND + 60 },
    canRename: true,
    obstacles: [],
    losses: [`"${server}" begins without snapshots`],
    ...change,
  } as LookedAt & { readonly now: CapturedManaged };
}

export function ledgerAndAuditor(mode: Mode = "in-place"): ManagedPlan {
  const looked = [lookedAt(LEDGER), lookedAt(AUDITOR)];
  return {
    kind: "managed",
    deployment: "payments",
    run: RUN,
    point: "point-1",
    mode,
    servers: looked.map((each) => planServer(each, RUN, mode)),
    window: { startMs: AT_SECOND * 1000 - 2_000, endMs: AT_SECOND * 1000 + 3_000 },
    instances: [{ component: "ledger", host: "10.0.0.1", port: 60_053 }],
  };
}
