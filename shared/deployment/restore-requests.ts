import { createHash } from "node:crypto";
import { stamp } from "../backup/pause-record.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { type Request, SCHEMA } from "../catalog/model.ts";
import { codeOf, type Failure } from "../errors/stillpoint-error.ts";
import { RestoreRequest } from "../restore/restore-request.ts";
import { canonicalJson } from "../workflow/canonical-json.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { type PlannedRun, planRestore } from "./plan-restore.ts";
import { plannedOf } from "./recorded-run.ts";

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

/**
 * The plan of a request, made once: its run has a name that follows from the request, so that whoever plans again
 * after a crash finds it.
 */
export async function planRequested(
  open: OpenDeployment,
  id: string,
  where: { readonly toolsElsewhere?: boolean } = {},
): Promise<PlannedRun> {
  const { catalog } = open;
  const { record: request } = await catalog.requests.get(id);
  const run = runOf(request);
  const known = await catalog.runs.find(run);
  const planned =
    known === undefined ? await plan(open, { request, run, ...where }) : plannedOf(known.record);
  await catalog.requests.update(id, (found) => ({ ...found, run }));
  return planned;
}

function plan(
  open: OpenDeployment,
  {
    request,
    run,
    toolsElsewhere = false,
  }: { readonly request: Request; readonly run: string; readonly toolsElsewhere?: boolean },
): Promise<PlannedRun> {
  const { point, at = "", mode, detachReplicas, acceptObserved } = RestoreRequest.parse(request.restore);
  const choice =
    point === undefined
      ? ({ kind: "at", atMs: Date.parse(at) } as const)
      : ({ kind: "id", id: point } as const);
  return planRestore(open, {
    choice,
    mode,
    detachReplicas,
    acceptObserved,
    toolsElsewhere,
    run,
    request: request.id,
  });
}

function runOf({ id, receivedMs }: Request): string {
  const tag = createHash("sha256").update(id).digest("hex").slice(0, 8);
  return `restore-${stamp(receivedMs)}-${tag}`;
}

export async function endRequest(
  { catalog }: OpenDeployment,
  id: string,
  end: { readonly state: "refused" | "done"; readonly failure?: Failure },
): Promise<void> {
  await catalog.requests.update(id, (found) => ({ ...found, ...end }));
}
