import * as z from "zod";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import type { RestoreResult } from "../../../shared/restore/dynamodb/restore.ts";
import type { PlanStep } from "../../../shared/restore/plan-step.ts";
import { startCommand } from "../failure.ts";
import { output } from "./output.ts";
import { ReportJson } from "./report.ts";

const names = z.array(z.string());
const mode = z.enum(["in-place", "side-by-side"]);

/** A plan, and the exact command that carries it out. */
export const PlanJson = z.strictObject({
  run: z.string(),
  deployment: z.string(),
  point: z.string(),
  mode,
  /** SHA-256 of the plan: what is approved is what happens. */
  digest: z.string(),
  tables: z.array(
    z.strictObject({
      database: z.string(),
      name: z.string(),
      temporary: z.string(),
      atSecond: z.number().int(),
    }),
  ),
  steps: z.array(
    z.strictObject({ does: z.string(), creates: names, changes: names, deletes: names, undo: z.string() }),
  ),
  consequences: names,
  command: z.string(),
});
export type PlanJson = z.infer<typeof PlanJson>;

export function planJson({ id, deployment, point, plan }: PlannedRun): PlanJson {
  const { dynamodb, digest, text } = plan;
  const named = (sentence: string) => sentence.replaceAll("RUN", id);
  return {
    run: id,
    deployment,
    point,
    mode: dynamodb.mode,
    digest,
    tables: dynamodb.tables.map(({ database, name, temporary, atSecond }) => ({
      database,
      name,
      temporary,
      atSecond,
    })),
    steps: text.steps.map((step) => stepJson(step, named)),
    consequences: text.consequences.map(named),
    command: startCommand({ id, deployment, mode: dynamodb.mode, begun: false }),
  };
}

function stepJson(step: PlanStep, named: (sentence: string) => string): PlanJson["steps"][number] {
  const { does, creates, changes, deletes, undo } = step;
  return {
    does: named(does),
    creates: [...creates],
    changes: [...changes],
    deletes: [...deletes],
    undo: named(undo),
  };
}

const RestoreResultJson = z.strictObject({
  mode,
  copies: ReportJson,
  replaced: ReportJson.exactOptional(),
  /** Settings that did not come back, by table. */
  settingsDifferences: z.record(z.string(), names),
  backups: names,
}) satisfies z.ZodType<RestoreResult, unknown>;

const state = z.enum(["planned", "running", "failed", "abandoning", "done", "abandoned"]);

export const RunJson = z.strictObject({
  id: z.string(),
  deployment: z.string(),
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
  const { schema: _, kind: __, plan: ___, execution, ...rest } = run;
  const { name = "", attempt = 0 } = execution ?? {};
  return { ...rest, ...(execution && { execution: { name, attempt } }), plan: planJson(run) };
}

/** `stillpoint restore`, `stillpoint restore resume`: `result` once the restore has ended. */
export const RestoreOutput = output({
  run: z.string(),
  deployment: z.string(),
  point: z.string(),
  mode,
  state,
  result: RestoreResultJson.exactOptional(),
});

export function restoreJson(
  { id, deployment, point, state, plan }: PlannedRun,
  result?: RestoreResult,
): object {
  return { run: id, deployment, point, mode: plan.dynamodb.mode, state, ...(result && { result }) };
}

/** `stillpoint restore abandon` */
export const AbandonOutput = output({
  run: z.string(),
  deployment: z.string(),
  /** How many temporary tables and backups were removed. */
  tables: z.number().int(),
  backups: z.number().int(),
});

/** `stillpoint approve`; `woken`: an execution that waited for it goes on. */
export const ApproveOutput = output({
  run: z.string(),
  deployment: z.string(),
  digest: z.string(),
  by: z.string(),
  woken: z.boolean(),
});

/** `stillpoint plan` */
export const PlanOutput = output({ plan: PlanJson });
