import { createHash } from "node:crypto";
import { stamp } from "../backup/pause-record.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { type Request, SCHEMA } from "../catalog/model.ts";
import { codeOf, type Failure } from "../errors/stillpoint-error.ts";
import { LATEST } from "../restore/asked-problems.ts";
import { RestoreRequest } from "../restore/restore-request.ts";
import { canonicalJson } from "../workflow/canonical-json.ts";
import { executionName } from "../workflow/durable-attempt.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { type PlannedRun, planRestore, type Wanted } from "./plan-restore.ts";
import { plannedOf } from "./recorded-run.ts";
import { planSearch } from "./search/plan-search.ts";

export type TakenRequest =
  | { readonly kind: "taken"; readonly request: Request }
  /** Asked before: events are delivered more than once, and archives are replayed. */
  | { readonly kind: "duplicate"; readonly request: Request };

/** Takes a request for a restore down, once. */
export async function takeRestoreRequest(
  catalog: Catalog,
  asked: RestoreRequest,
  nowMs: number,
): Promise<TakenRequest> {
  const request: Request = {
    schema: SCHEMA,
    id: `restore-${asked.id}`,
    deployment: asked.deployment,
    kind: "restore",
    receivedMs: nowMs,
    restore: asked,
    state: "taken",
  };
  try {
    await catalog.requests.create(request);
    return { kind: "taken", request };
  } catch (error) {
    if (codeOf(error) !== "CATALOG_CONFLICT") throw error;
    const { record } = await catalog.requests.get(request.id);
    // Its sender may have died before anything was started; starting it again by the same name does no harm.
    const same = canonicalJson(record.restore) === canonicalJson(asked);
    const isUnstarted = same && record.state === "taken" && record.run === undefined;
    return { kind: isUnstarted ? "taken" : "duplicate", request: record };
  }
}

interface Planner {
  /** Where another host carries the plan out. */
  readonly toolsElsewhere?: boolean;
  /** Which execution of the request plans. */
  readonly attempt?: number;
}

/**
 * The run that a request is at, planned once: its runs have names that follow from the request, so that whoever plans
 * again after a crash finds them. Where a quiet second is asked for, that is the search until it is done.
 */
export async function planRequested(
  open: OpenDeployment,
  id: string,
  planner: Planner = {},
): Promise<PlannedRun> {
  const { catalog } = open;
  const { record: request } = await catalog.requests.get(id);
  const known = await catalog.runs.find(runOf(request));
  const planned = known === undefined ? await planNext(open, request, planner) : plannedOf(known.record);
  await catalog.requests.update(id, (found) => ({ ...found, run: planned.id }));
  return planned;
}

async function planNext(open: OpenDeployment, request: Request, planner: Planner): Promise<PlannedRun> {
  const asked = RestoreRequest.parse(request.restore);
  if (asked.nearest === undefined) return plan(open, request, { asked, choice: choiceOf(asked), planner });
  const search = await searchFor(open, request, asked);
  if (search.state !== "done") return search;
  const choice = { kind: "id", id: search.point } as const;
  return plan(open, request, { asked, choice, planner, search });
}

async function searchFor(
  open: OpenDeployment,
  request: Request,
  { nearest = LATEST, after = false }: RestoreRequest,
): Promise<PlannedRun> {
  const run = searchOf(request);
  const known = await open.catalog.runs.find(run);
  if (known !== undefined) return plannedOf(known.record);
  const direction = after ? "after" : "before";
  return planSearch(open, {
    nearest: secondOf(nearest, after ? Math.ceil : Math.floor),
    direction,
    run,
    request: request.id,
  });
}

/** What becomes of a request that names its second. */
function choiceOf({ point, at = "", settle = false }: RestoreRequest): Wanted["choice"] {
  if (point !== undefined) return { kind: "id", id: point };
  if (settle) return { kind: "settle", at: secondOf(at, Math.floor) };
  return { kind: "at", atMs: Date.parse(at) };
}

function secondOf(text: string, rounded: (seconds: number) => number): number | typeof LATEST {
  return text === LATEST ? LATEST : rounded(Date.parse(text) / 1000);
}

interface Choosing {
  readonly asked: RestoreRequest;
  readonly choice: Wanted["choice"];
  readonly planner: Planner;
  /** It has found the point, by executions of the same request, whose names are used up. */
  readonly search?: PlannedRun;
}

function plan(
  open: OpenDeployment,
  request: Request,
  { asked, choice, planner: { toolsElsewhere = false, attempt }, search }: Choosing,
): Promise<PlannedRun> {
  const { mode, detachReplicas, acceptObserved } = asked;
  const numbered = search !== undefined && attempt !== undefined;
  return planRestore(open, {
    choice,
    mode,
    detachReplicas,
    acceptObserved,
    toolsElsewhere,
    run: runOf(request),
    request: request.id,
    ...(numbered && { execution: { name: executionName(request.id, attempt), attempt } }),
  });
}

function runOf({ id, receivedMs }: Request): string {
  return `restore-${stamp(receivedMs)}-${tagOf(id)}`;
}

/** Its last eight characters are others than those of the restore: they mark what it makes. */
function searchOf({ id, receivedMs }: Request): string {
  return `search-${stamp(receivedMs)}-${tagOf(`search of ${id}`)}`;
}

function tagOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

export async function endRequest(
  { catalog }: OpenDeployment,
  id: string,
  end: { readonly state: "refused" | "done"; readonly failure?: Failure },
): Promise<void> {
  await catalog.requests.update(id, (found) => ({ ...found, ...end }));
}
