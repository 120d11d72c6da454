import * as z from "zod";
import { endpoint, profile, region } from "./aws-fields.ts";
import { AwsSection } from "./aws-schema.ts";
import { AzureSection } from "./azure-schema.ts";
import { ComponentSection } from "./component-schema.ts";
import { cronProblem } from "./cron.ts";
import { DatabaseSection } from "./database-schema.ts";
import { checkedText, duration, named, text } from "./fields.ts";
import { encryptedUnlessKey, storageAccount } from "./storage-account-schema.ts";
import { timeZoneProblem } from "./time-zone.ts";
import { VerificationSection } from "./verification-schema.ts";

const WHOLE_SECOND = ": a shorter window may contain no whole second, and restore times have whole seconds";

export const PauseSection = z
  .strictObject({
    hold: z
      .union([z.literal("auto"), duration("2s", "10m", WHOLE_SECOND)])
      .prefault("auto")
      .describe(
        'How long the instances are held: "auto", as short as a whole second inside can be proven, or at least this ' +
          "long. Shorter than 2s might never contain a whole second.",
      ),
    drainWait: duration("100ms", "10m")
      .prefault("30s")
      .describe("How long an instance may finish its outstanding requests before its pause is given up."),
    longest: duration("1s", "10m")
      .prefault("60s")
      .describe("Deadline: every instance is open again this long after the first Pause, whatever happens."),
    clockAllowance: duration("0s", "10s")
      .prefault("250ms")
      .describe(
        "Added on both sides of the measured clock bound: the recovery log may keep another clock than the API.",
      ),
    scalarClockBound: duration("0s", "1m")
      .optional()
      .describe(
        "How far the clocks of the Scalar processes may be off from those of the database: restored commits are judged " +
          "by it, and where nobody paused, what was committed within it before the second may be lost. Default: 1s.",
      ),
    rpcDeadline: duration("50ms", "1m")
      .prefault("5s")
      .describe(
        "How long one call of the admin interface may take, beyond the drain wait where it is a Pause.",
      ),
  })
  .describe("How long a backup may hold the instances.");

const ScheduleSection = z
  .strictObject({
    cron: checkedText(cronProblem).describe("Minute, hour, day of month, month, day of week."),
    timezone: checkedText(timeZoneProblem).default("UTC").describe("IANA time zone of the hours above."),
    lateAfter: duration("1m", "6h")
      .prefault("10m")
      .describe("A backup that could not begin until then is refused: its pause would come at another hour."),
  })
  .describe("When a host takes backups by itself.");

const DeploymentSection = z
  .strictObject({
    product: z
      .enum(["scalardl", "scalardb"])
      .optional()
      .describe("What is installed. May be left out: the components tell."),
    components: named(ComponentSection, "component", "The processes that are paused for a backup, by name."),
    pause: PauseSection.prefault({}),
    databases: named(
      DatabaseSection,
      "database",
      "The databases that are backed up and restored, by name. Left out: backups are taken by a command only.",
    ).optional(),
    objective: duration("1m", "366d")
      .optional()
      .describe("How old the last valid restore point may grow before status calls it late."),
    schedule: ScheduleSection.optional(),
    approvalWithin: duration("1m", "14d")
      .prefault("24h")
      .describe("How long a restore in place that was asked for by an event waits for its approval."),
  })
  .describe("One ScalarDL or ScalarDB installation that is protected.");

const FileCatalogSection = z
  .strictObject({
    kind: z.literal("file").default("file").describe("What keeps the catalog: a folder of readable files."),
    path: text("must be the path of a folder")
      .default("./stillpoint-catalog")
      .describe("Folder of the catalog, relative to the configuration file."),
  })
  .describe("A catalog in a folder, for the hosts that share it.");

const DynamodbCatalogSection = z
  .strictObject({
    kind: z.literal("dynamodb").describe("What keeps the catalog: a DynamoDB table of its own."),
    table: text(
      'must be a table name of 3 to 255 letters, digits, "_", "." and "-"',
      /^[A-Za-z0-9_.-]{3,255}$/,
    )
      .default("stillpoint-catalog")
      .describe("Name of the table."),
    region,
    endpoint,
    profile,
  })
  .describe("A catalog in DynamoDB, for hosts that share nothing else.");

const AzureTableCatalogSection = z
  .strictObject({
    kind: z.literal("azure-table").describe("What keeps the catalog: a table of an Azure Storage account."),
    table: text(
      "must be a table name of 3 to 63 letters and digits that begins with a letter",
      /^[A-Za-z][A-Za-z0-9]{2,62}$/,
    )
      .default("stillpoint")
      .describe("Name of the table."),
    ...storageAccount,
    account: storageAccount.account.describe(
      "Storage account of the table. Azure Tables has no point-in-time recovery: lock the account against deletion, " +
        "and export the catalog regularly.",
    ),
  })
  .check(encryptedUnlessKey)
  .describe("A catalog in an Azure table, for hosts that share nothing else.");

const CatalogSection = z
  .discriminatedUnion("kind", [FileCatalogSection, DynamodbCatalogSection, AzureTableCatalogSection])
  .describe("The durable record of pauses, restore points and restores.");

/** `stillpoint.yml`. The JSON Schema for editors is generated from this definition. */
export const ConfigFile = z
  .strictObject({
    catalog: CatalogSection.prefault({}),
    verification: VerificationSection.prefault({}),
    deployments: named(DeploymentSection, "deployment", "What is protected, by name."),
    aws: AwsSection.optional(),
    azure: AzureSection.optional(),
  })
  .describe("The configuration of Stillpoint.");

export type ConfigFile = z.output<typeof ConfigFile>;
export type DeploymentSection = z.output<typeof DeploymentSection>;
export type PauseSection = z.output<typeof PauseSection>;
