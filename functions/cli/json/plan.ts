import * as z from "zod";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import { addressesOf, type PlannedCluster } from "../../../shared/restore/cassandra/plan.ts";
import { keptOf, type PlannedDump, serverText } from "../../../shared/restore/jdbc/plan.ts";
import type { PlanStep } from "../../../shared/restore/plan-step.ts";
import type { RestorePlan } from "../../../shared/restore/restore-plan.ts";
import type { QuietSecond } from "../../../shared/verify/quiet-seconds.ts";
import { startCommand } from "../failure.ts";

const names = z.array(z.string());
export const ModeJson = z.enum(["in-place", "side-by-side"]);

const PlannedTableJson = z.strictObject({
  database: z.string(),
  name: z.string(),
  temporary: z.string(),
  atSecond: z.number().int(),
});

export const QuietJson = z.strictObject({
  atSecond: z.number().int(),
  /** How much farther away than the guard the nearest commit is. */
  marginMs: z.number(),
}) satisfies z.ZodType<QuietSecond, unknown>;

/** A plan, and the exact command that carries it out. */
export const PlanJson = z.strictObject({
  run: z.string(),
  deployment: z.string(),
  point: z.string(),
  mode: ModeJson,
  /** SHA-256 of the plan: what is approved is what happens. */
  digest: z.string(),
  /** Of DynamoDB. */
  tables: z.array(PlannedTableJson),
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
  /** Of Cassandra: which snapshot is restored to which nodes, and by which Cassy. */
  clusters: z.array(
    z.strictObject({
      database: z.string(),
      cluster: z.string(),
      snapshotId: z.string(),
      cassy: z.string(),
      nodes: names,
      atSecond: z.number().int(),
    }),
  ),
  /** Where nobody paused: quiet seconds in the order in which they are tried; the tables have the first. */
  candidates: z.array(QuietJson).exactOptional(),
  /** Where nobody paused: how the copies are made whole. */
  settling: z
    .strictObject({
      keptUntilMs: z.number(),
      boundMs: z.number(),
      /** Nobody has set the bound. */
      isBoundDefault: z.boolean(),
      restMs: z.number(),
      tables: z.array(z.strictObject({ name: z.string(), how: z.enum(["wholly", "perhaps", "as-it-is"]) })),
    })
    .exactOptional(),
  /** Of a search for quiet seconds: which, and by the coordinator of which second. */
  search: z
    .strictObject({
      fromSecond: z.number().int(),
      toSecond: z.number().int(),
      nearestSecond: z.number().int(),
      guardMs: z.number(),
      direction: z.enum(["before", "after"]),
      coordinator: PlannedTableJson,
    })
    .exactOptional(),
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
    ...unpausedJson(restore),
    steps: text.steps.map((step) => stepJson(step, named)),
    consequences: text.consequences.map(named),
    command: startCommand({ id, deployment, mode: restore.mode, begun: false }),
  };
}

type Restored = Pick<PlanJson, "tables" | "accounts" | "dumps" | "servers" | "clusters">;

function restoredJson(plan: RestorePlan): Restored {
  const nothing = { tables: [], accounts: [], dumps: [], servers: [], clusters: [] };
  switch (plan.kind) {
    case "dynamodb":
      return { ...nothing, tables: plan.tables.map(tableJson) };
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
    case "cassandra":
      return { ...nothing, clusters: plan.clusters.map(clusterJson) };
    case "search":
      return nothing;
    default:
      return plan satisfies never;
  }
}

function tableJson({ database, name, temporary, atSecond }: z.infer<typeof PlannedTableJson>) {
  return { database, name, temporary, atSecond };
}

/** What a plan says of a second at which nobody paused. */
function unpausedJson(plan: RestorePlan): Pick<PlanJson, "candidates" | "settling" | "search"> {
  if (plan.kind === "search") {
    const { asked, direction, coordinator } = plan;
    return { search: { ...asked, direction, coordinator: tableJson(coordinator) } };
  }
  if (plan.kind !== "dynamodb") return {};
  const { candidates, settling } = plan;
  return {
    ...(candidates && { candidates: [...candidates] }),
    ...(settling && { settling: { ...settling, tables: [...settling.tables] } }),
  };
}

function dumpJson(dump: PlannedDump): PlanJson["dumps"][number] {
  const { database, original, server, targets, atSecond } = dump;
  const kept = Object.fromEntries(keptOf(dump).map(({ name, as }) => [name, as]));
  const { key } = original.artifact;
  return { database, key, server: serverText(server), targets, kept, atSecond };
}

function clusterJson({ database, atSecond, cassy, original }: PlannedCluster): PlanJson["clusters"][number] {
  const { cluster, snapshot, nodes } = original;
  const { snapshotId } = snapshot;
  return { database, cluster, snapshotId, cassy, nodes: [...addressesOf(nodes)], atSecond };
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
