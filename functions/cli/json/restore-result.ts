import * as z from "zod";
import type { RunResult } from "../../../shared/restore/restore-plan.ts";
import { SettlementJson } from "./dropped.ts";
import { ModeJson, QuietJson } from "./plan.ts";
import { ReportJson } from "./report.ts";

const names = z.array(z.string());

const restored = {
  mode: ModeJson,
  copies: ReportJson,
  /** Settings that did not come back, by table, account or container. */
  settingsDifferences: z.record(z.string(), names),
};

export const RestoreResultJson = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("dynamodb"),
    ...restored,
    replaced: ReportJson.exactOptional(),
    /** Where nobody paused: what was dropped. */
    settled: SettlementJson.exactOptional(),
    /** Quiet seconds that were tried before this one, and why they were not good enough. */
    notUsed: z
      .array(
        z.strictObject({
          atSecond: z.number().int(),
          proof: z.enum(["unproven", "disproven"]),
          reason: z.string(),
        }),
      )
      .exactOptional(),
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
  z.strictObject({
    kind: z.literal("cassandra"),
    ...restored,
    clusters: z.array(
      z.strictObject({
        database: z.string(),
        cluster: z.string(),
        snapshotId: z.string(),
        nodes: names,
        indexes: z.array(
          z.strictObject({
            keyspace: z.string(),
            table: z.string(),
            name: z.string(),
            /** Rows that every node found by it; or why it was not asked. */
            finds: z.discriminatedUnion("kind", [
              z.strictObject({ kind: z.literal("rows"), rows: z.number().int() }),
              z.strictObject({ kind: z.literal("unasked"), why: z.string() }),
            ]),
          }),
        ),
      }),
    ),
  }),
  z.strictObject({
    kind: z.literal("search"),
    mode: z.literal("side-by-side"),
    point: z.string(),
    candidates: z.array(QuietJson),
    commits: z.number().int(),
  }),
]) satisfies z.ZodType<RunResult, unknown>;
