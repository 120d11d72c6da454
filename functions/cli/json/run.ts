import * as z from "zod";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import type { Removed } from "../../../shared/deployment/restoring.ts";
import type { RunResult } from "../../../shared/restore/restore-plan.ts";
import { output } from "./output.ts";
import { ModeJson, PlanJson, planJson } from "./plan.ts";
import { RestoreResultJson } from "./restore-result.ts";

const state = z.enum(["planned", "running", "failed", "abandoning", "done", "abandoned"]);

export const RunJson = z.strictObject({
  id: z.string(),
  deployment: z.string(),
  /** A search makes its point, where it has found a quiet second. */
  kind: z.enum(["restore", "search"]),
  point: z.string(),
  state,
  createdMs: z.number().int(),
  updatedMs: z.number().int(),
  plan: PlanJson,
  failure: z.strictObject({ code: z.string(), message: z.string() }).exactOptional(),
  result: RestoreResultJson.exactOptional(),
  request: z.string().exactOptional(),
  approval: z.strictObject({ digest: z.string(), by: z.string(), atMs: z.number().int() }).exactOptional(),
  /** The durable execution that carries it out. */
  execution: z.strictObject({ name: z.string(), attempt: z.number().int() }).exactOptional(),
  expired: z.array(z.strictObject({ arn: z.string(), atMs: z.number().int() })).exactOptional(),
});

export function runJson(run: PlannedRun): object {
  const { schema: _, plan: __, resumedAfter: ___, execution, ...rest } = run;
  const { name = "", attempt = 0 } = execution ?? {};
  return { ...rest, ...(execution && { execution: { name, attempt } }), plan: planJson(run) };
}

/** `stillpoint restore`, `stillpoint restore resume`: `result` once the restore has ended. */
export const RestoreOutput = output({
  run: z.string(),
  deployment: z.string(),
  point: z.string(),
  mode: ModeJson,
  state,
  result: RestoreResultJson.exactOptional(),
});

export function restoreJson({ id, deployment, point, state, plan }: PlannedRun, result?: RunResult): object {
  return { run: id, deployment, point, mode: plan.restore.mode, state, ...(result && { result }) };
}

/** `stillpoint restore abandon` */
export const AbandonOutput = output({
  run: z.string(),
  deployment: z.string(),
  /** How many temporary tables and backups were removed, or accounts, databases (MySQL: schemas), or servers. */
  tables: z.number().int(),
  backups: z.number().int(),
  accounts: z.number().int(),
  databases: z.number().int(),
  servers: z.number().int(),
  /** Of Cassandra: how things stand, since nothing was there to remove. */
  left: z.array(z.string()),
});

export function removedJson(removed?: Removed) {
  const { kind: _, ...counts } = removed ?? { kind: undefined };
  return {
    tables: 0,
    backups: 0,
    accounts: 0,
    databases: 0,
    servers: 0,
    left: [] as readonly string[],
    ...counts,
  };
}

/** `stillpoint approve`; `woken`: an execution that waited for it goes on. */
export const ApproveOutput = output({
  run: z.string(),
  deployment: z.string(),
  digest: z.string(),
  by: z.string(),
  woken: z.boolean(),
});

/** `stillpoint plan`; where it had to search for a quiet second and has no plan yet, it is that run (`RestoreOutput`). */
export const PlanOutput = output({ plan: PlanJson });
