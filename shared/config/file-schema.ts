import * as z from "zod";
import { ComponentSection } from "./component-schema.ts";
import { cronProblem } from "./cron.ts";
import { checkedText, duration, named, text, urlProblem } from "./fields.ts";
import { timeZoneProblem } from "./time-zone.ts";
import { VerificationSection } from "./verification-schema.ts";

const NAMESPACE = /^[A-Za-z0-9_]+$/;
const namespace = (usual: string, what: string) =>
  text("must be a namespace of letters, digits and underscores", NAMESPACE).default(usual).describe(what);

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
      .prefault("1s")
      .describe(
        "How far the clocks of the Scalar processes may be off; used when restored commits are judged.",
      ),
    rpcDeadline: duration("50ms", "1m")
      .prefault("5s")
      .describe(
        "How long one call of the admin interface may take, beyond the drain wait where it is a Pause.",
      ),
  })
  .describe("How long a backup may hold the instances.");

export const DatabaseSection = z
  .strictObject({
    kind: z.enum(["dynamodb"]).describe("The database."),
    region: text('must be a region such as "ap-northeast-1"', /^[a-z0-9-]+$/).describe("AWS region."),
    endpoint: checkedText(urlProblem)
      .optional()
      .describe("Address of the service, where it is not AWS's own."),
    autoScalingEndpoint: checkedText(urlProblem)
      .optional()
      .describe("Address of Application Auto Scaling. Default: the same as endpoint."),
    profile: text("must be the name of an AWS profile")
      .optional()
      .describe("AWS profile with the credentials."),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9_.-]*$/, 'must be letters, digits, "_", "." and "-"')
      .default("")
      .describe("As scalar.db.dynamo.namespace.prefix of ScalarDB: put before every table name, as it is."),
    metadataNamespace: namespace("scalardb", "Namespace of ScalarDB's table of tables."),
    coordinatorNamespace: namespace("coordinator", "Namespace of the Coordinator's table."),
    ledgerNamespace: text("must be a namespace of letters, digits and underscores", NAMESPACE)
      .optional()
      .describe('Namespace of the Ledger\'s tables, ScalarDL only. Default: "scalar".'),
  })
  .describe("One database that the deployment keeps its data in.");

const ScheduleSection = z
  .strictObject({
    cron: checkedText(cronProblem).describe("Minute, hour, day of month, month, day of week."),
    timezone: checkedText(timeZoneProblem).default("UTC").describe("IANA time zone of the hours above."),
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
    databases: named(DatabaseSection, "database", "The databases that are backed up and restored, by name."),
    objective: duration("1m", "366d")
      .optional()
      .describe("How old the last valid restore point may grow before status calls it late."),
    schedule: ScheduleSection.optional(),
  })
  .describe("One ScalarDL or ScalarDB installation that is protected.");

const CatalogSection = z
  .strictObject({
    kind: z.enum(["file"]).default("file").describe("What keeps the catalog."),
    path: text("must be the path of a folder")
      .default("./stillpoint-catalog")
      .describe("Folder of the catalog, relative to the configuration file."),
  })
  .describe("The durable record of pauses, restore points and restores.");

/** `stillpoint.yml`. The JSON Schema for editors is generated from this definition. */
export const ConfigFile = z
  .strictObject({
    catalog: CatalogSection.prefault({}),
    verification: VerificationSection.prefault({}),
    deployments: named(DeploymentSection, "deployment", "What is protected, by name."),
  })
  .describe("The configuration of Stillpoint.");

export type ConfigFile = z.output<typeof ConfigFile>;
export type DeploymentSection = z.output<typeof DeploymentSection>;
export type DatabaseSection = z.output<typeof DatabaseSection>;
export type PauseSection = z.output<typeof PauseSection>;
