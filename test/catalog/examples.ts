import type { PauseRecord, RestorePoint, Run } from "../../shared/catalog/model.ts";

export function aPause(id: string, change: Partial<PauseRecord> = {}): PauseRecord {
  return {
    schema: 1,
    id,
    deployment: "payments",
    openedMs: 1_000,
    deadlineMs: 61_000,
    drainWaitMs: 30_000,
    rpcDeadlineMs: 5_000,
    instances: [{ component: "ledger", host: "10.0.0.1", port: 50053 }],
    basis: "list",
    state: "open",
    unsettled: [],
    seenOpen: {},
    ...change,
  };
}

export function aPoint(id: string, change: Partial<RestorePoint> = {}): RestorePoint {
  return {
    schema: 1,
    id,
    deployment: "payments",
    createdMs: 1_000,
    basis: "window",
    artifact: "complete",
    instances: [],
    discovery: "list",
    databases: [],
    ...change,
  };
}

export function aRun(id: string, change: Partial<Run> = {}): Run {
  return {
    schema: 1,
    id,
    deployment: "payments",
    kind: "restore",
    point: "p",
    createdMs: 1_000,
    updatedMs: 1_000,
    state: "running",
    plan: { steps: [] },
    ...change,
  };
}
