import { expect, test } from "vitest";
import { conclude } from "../../../functions/restore/azure-activities.ts";
import type { Carrying } from "../../../functions/restore/outcome.ts";
import { catalogOver } from "../../../shared/catalog/catalog.ts";
import type { Failure } from "../../../shared/errors/stillpoint-error.ts";
import { Journal } from "../../../shared/workflow/journal.ts";
import { aRun } from "../../catalog/examples.ts";
import { memoryStore } from "../../catalog/memory-store.ts";

const FAILURE: Failure = { code: "DATABASE_REFUSED", message: "the service is at another one" };

/** A run under way, of which one execution ends as failed after both have taken it over in this order. */
async function concluded(order: readonly ("first" | "second")[]) {
  const catalog = catalogOver(memoryStore());
  await catalog.runs.create(aRun("r", { deployment: "payments", state: "running" }));
  await catalog.acquireLease("payments", { kind: "restore", run: "r" }, 1);
  const begun = new Map<string, number>();
  for (const by of order) begun.set(by, (await Journal.takeOver(catalog.store, "r", by)).length);
  const told: string[] = [];
  const telemetry = {
    log: (level: string) => told.push(level),
    measure: () => undefined,
    announce: async ({ kind }: { kind: string }) => told.push(kind),
  };
  const open = { catalog, settings: { name: "payments" }, clock: { wallMs: () => 2 } };
  const planned = { run: "r", deployment: "payments", point: "p", mode: "side-by-side" };
  const carrying = { host: { telemetry }, open, planned } as unknown as Carrying;
  const as = { by: "first", begun: begun.get("first") ?? 0 };
  const end = { kind: "failed", failure: FAILURE, operations: 1, untold: [], as } as const;
  const { kind } = await conclude(carrying, { planned: carrying.planned, execution: 1, end, begunMs: 1 });
  const { state } = (await catalog.runs.get("r")).record;
  const holder = (await catalog.lease("payments"))?.holder;
  return { kind, state, isHeld: holder !== undefined, told };
}

test("an execution that fails after another one has taken its run over leaves run and lease to that", async () => {
  expect(await concluded(["first", "second"])).toEqual({
    kind: "failed",
    state: "running",
    isHeld: true,
    told: ["info", "warn"],
  });
});

test("an execution that fails with nothing done gives the lease back, also where an earlier one had begun", async () => {
  const ended = { kind: "failed", state: "planned", isHeld: false, told: ["info", "restore.failed"] };
  expect(await concluded(["second", "first"])).toEqual(ended);
});

/** A search for a request, of which one execution comes to this end, and says so twice. */
async function searched(end: object) {
  const catalog = catalogOver(memoryStore());
  const request = "restore-wanted";
  await catalog.runs.create(aRun("search-1", { kind: "search", deployment: "payments", request }));
  await catalog.requests.create({
    schema: 1,
    id: request,
    deployment: "payments",
    kind: "restore",
    receivedMs: 1,
    state: "taken",
  });
  await catalog.acquireLease("payments", { kind: "restore", run: "search-1" }, 1);
  const as = { by: "first", begun: (await Journal.takeOver(catalog.store, "search-1", "first")).length };
  const told = new Set<string>();
  const telemetry = {
    log: () => undefined,
    measure: () => undefined,
    announce: async ({ kind }: { kind: string }) => told.add(kind),
  };
  const open = { catalog, settings: { name: "payments" }, clock: { wallMs: () => 2 } };
  const planned = {
    run: "search-1",
    request,
    deployment: "payments",
    point: "payments-quiet-1",
    mode: "side-by-side",
    search: true,
  };
  const carrying = { host: { telemetry }, open, planned } as unknown as Carrying;
  const concluding = { planned: carrying.planned, execution: 1, begunMs: 1, operations: 1, untold: [] };
  const ended = { ...concluding, end: { ...end, operations: 1, untold: [], as } } as never;
  const [first, again] = [await conclude(carrying, ended), await conclude(carrying, ended)];
  expect(again).toEqual(first);
  const { state } = (await catalog.runs.get("search-1")).record;
  return {
    kind: first.kind,
    state,
    request: (await catalog.requests.get(request)).record.state,
    isHeld: (await catalog.lease("payments"))?.holder !== undefined,
    told: [...told],
  };
}

test("a search that has found a quiet second lets its request go on, and says what it found", async () => {
  const result = {
    kind: "search",
    mode: "side-by-side",
    point: "payments-quiet-1",
    candidates: [],
    commits: 1,
  };
  expect(await searched({ kind: "done", result })).toEqual({
    kind: "continue",
    state: "done",
    request: "taken",
    isHeld: false,
    told: ["quiet.found"],
  });
});

test("a search in vain ends its request, and keeps no backup from its lease", async () => {
  const failure: Failure = { code: "NO_QUIET_SECOND", message: "none" };
  expect(await searched({ kind: "failed", failure })).toEqual({
    kind: "failed",
    state: "abandoned",
    request: "refused",
    isHeld: false,
    told: ["search.failed"],
  });
});
