import * as z from "zod";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import type { Removed } from "../../../shared/deployment/restoring.ts";
import { keptOf, type PlannedDump, serverText } from "../../../shared/restore/jdbc/plan.ts";
import type { PlanStep } from "../../../shared/restore/plan-step.ts";
import type { RestorePlan, RestoreResult } from "../../../shared/restore/restore-plan.ts";
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
  /** Of DynamoDB. */
  tables: z.array(
    z.strictObject({
      database: z.string(),
      name: z.string(),
      temporary: z.string(),
      atSecond: z.number().int(),
    }),
  ),
  /** Of Cosmos DB: which account is restored, and the name of the new one. */
  accounts: z.array(
    z.strictObject({
      database: z.string(),
      account: z.string(),
      target: z.string(),
      atSecond: z.number().int(),
    }),
  ),
  /** Of dumps: what is made of each, and under which names a restore in place keeps what is there, by the dump's names. */
  dumps: z.array(
    z.strictObject({
      database: z.string(),
      key: z.string(),
      server: z.string(),
      targets: z.record(z.string(), z.string()),
      kept: z.record(z.string(), z.string()),
      atSecond: z.number().int(),
    }),
  ),
  /** Of managed databases: which server is restored, and the name of the new one. */
  servers: z.array(
    z.strictObject({
      database: z.string(),
      server: z.string(),
      target: z.string(),
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
  const { restore, digest, text } = plan;
  const named = (sentence: string) => sentence.replaceAll("RUN", id);
  return {
    run: id,
    deployment,
    point,
    mode: restore.mode,
    digest,
    ...restoredJson(restore),
    steps: text.steps.map((step) => stepJson(step, named)),
    consequences: text.consequences.map(named),
    command: startCommand({ id, deployment, mode: restore.mode, begun: false }),
  };
}

function restoredJson(plan: RestorePlan): Pick<PlanJson, "tables" | "accounts" | "dumps" | "servers"> {
  const nothing = { tables: [], accounts: [], dumps: [], servers: [] };
  switch (plan.kind) {
    case "dynamodb": {
      const tables = plan.tables.map(({ database, name, temporary, atSecond }) => ({
        database,
        name,
        temporary,
        atSecond,
      }));
      return { ...nothing, tables };
    }
    case "cosmosdb": {
      const accounts = plan.accounts.map(({ database, original: { account }, target, atSecond }) => ({
        database,
        account,
        target,
        atSecond,
      }));
      return { ...nothing, accounts };
    }
    case "managed": {
      const servers = plan.servers.map(({ database, original: { server }, target, atSecond }) => ({
        database,
        server,
        target,
        atSecond,
      }));
      return { ...nothing, servers };
    }
    case "jdbc":
      return { ...nothing, dumps: plan.dumps.map(dumpJson) };
    default:
      return plan satisfies never;
  }
}

function dumpJson(dump: PlannedDump): PlanJson["dumps"][number] {
  const { database, original, server, targets, atSecond } = dump;
  const kept = Object.fromEntries(keptOf(dump).map(({ name, as }) => [name, as]));
  const { key } = original.artifact;
  return { database, key, server: serverText(server), targets, kept, atSecond };
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

const restored = {
  mode,
  copies: ReportJson,
  /** Settings that did not come back, by table, account or container. */
  settingsDifferences: z.record(z.string(), names),
};

const RestoreResultJson = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("dynamodb"),
    ...restored,
    replaced: ReportJson.exactOptional(),
    backups: names,
  }),
  z.strictObject({
    kind: z.literal("cosmosdb"),
    ...restored,
    accounts: z.array(
      z.strictObject({
        database: z.string(),
        subscription: z.string(),
        resourceGroup: z.string(),
        account: z.string(),
        restored: z.string(),
        endpoint: z.string(),
      }),
    ),
  }),
  z.strictObject({
    kind: z.literal("jdbc"),
    ...restored,
    replaced: ReportJson.exactOptional(),
    dumps: z.array(
      z.strictObject({
        database: z.string(),
        server: z.string(),
        noun: z.enum(["database", "schema"]),
        restored: z.record(z.string(), z.string()),
        kept: z.array(
          z.strictObject({
            name: z.string(),
            as: z.string(),
            tables: z.number().int(),
            bytes: z.number(),
          }),
        ),
        removal: names,
      }),
    ),
  }),
  z.strictObject({
    kind: z.literal("managed"),
    ...restored,
    servers: z.array(
      z.strictObject({
        database: z.string(),
        service: z.enum(["rds", "aurora", "azure-postgresql", "azure-mysql"]),
        engine: z.enum(["postgresql", "mysql"]),
        server: z.string(),
        restored: z.string(),
        /** In place: the name that the original has now. */
        kept: z.string().exactOptional(),
        host: z.string(),
        port: z.number().int(),
        sqlDatabase: z.string().exactOptional(),
      }),
    ),
  }),
]) satisfies z.ZodType<RestoreResult, unknown>;

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
});

export function removedJson(removed?: Removed) {
  const { kind: _, ...counts } = removed ?? { kind: undefined };
  return { tables: 0, backups: 0, accounts: 0, databases: 0, servers: 0, ...counts };
}

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
