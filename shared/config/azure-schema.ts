import * as z from "zod";
import { AzureDumps } from "./dumps-schema.ts";
import { duration, text } from "./fields.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Put before the names of what is deployed; a storage account's leaves room for eleven characters. */
const PREFIX = /^[a-z][a-z0-9-]{0,9}[a-z0-9]$/;
const SUBNET =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/;
const ACTION_GROUP =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/]+\/providers\/[Mm]icrosoft\.[Ii]nsights\/actionGroups\/[^/]+$/;
const HOUR_MS = 3_600_000;

const subnet = text(
  'must be the id of a subnet, such as "/subscriptions/ID/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/prod/subnets/backup"',
  SUBNET,
);

const principals = (description: string) =>
  z
    .array(text('must be the object id of a principal, such as "00000000-0000-0000-0000-000000000000"', UUID))
    .default([])
    .describe(description);

/** Timers follow the clock: what does not divide an hour would come at uneven intervals. */
const interval = (least: string, usual: string, description: string) =>
  duration(least, "1h")
    .refine((ms) => HOUR_MS % ms === 0 && ms % 60_000 === 0, "must be whole minutes that divide an hour")
    .prefault(usual)
    .describe(description);

const NetworkSection = z
  .strictObject({
    subnets: z
      .strictObject({
        backup: subnet.describe("Of the app that takes backups, follows them and tells the status."),
        restore: subnet.describe("Of the app that restores and verifies."),
        sweep: subnet.describe("Of the app that unpauses what is overdue."),
      })
      .describe("One subnet for each app, delegated to Microsoft.App/environments."),
  })
  .describe("Where the functions reach the instances from.");

/** The functions on Azure, as the templates in infra/ deploy them. */
export const AzureSection = z
  .strictObject({
    subscription: text("must be the id of a subscription", UUID).describe(
      "Subscription that the functions run in.",
    ),
    resourceGroup: text("must be the name of a resource group", /^[A-Za-z0-9_.()-]{1,89}[A-Za-z0-9_()-]$/)
      .default("stillpoint")
      .describe("Resource group of the functions and of the catalog; none of a database."),
    location: text('must be a location such as "japaneast"', /^[a-z0-9]+$/).describe(
      "Where the functions run.",
    ),
    name: text(
      "must be 2 to 11 lower-case letters, digits and hyphens that begin with a letter and do not end with a hyphen",
      PREFIX,
    )
      .default("stillpoint")
      .describe("Begins the names of everything that is deployed."),
    network: NetworkSection.optional(),
    requesters: principals(
      "Who may ask for a restore: by an event on the topic of requests, or over HTTP with the key that is kept in the vault.",
    ),
    approvers: principals(
      "Who may read the key that approves a restore over HTTP. There is no approval by an event.",
    ),
    actionGroup: text(
      'must be the id of an action group, such as "/subscriptions/ID/resourceGroups/ops/providers/Microsoft.Insights/actionGroups/on-call"',
      ACTION_GROUP,
    )
      .optional()
      .describe("Action group that the alerts tell. Default: the alerts fire, and tell nobody."),
    secrets: z
      .record(
        text("must be the name of an environment variable", /^[A-Za-z_][A-Za-z0-9_]*$/),
        text('must be the name of a secret, such as "client-key"', /^[A-Za-z0-9-]{1,127}$/).describe(
          "Name of the secret in the Key Vault.",
        ),
      )
      .default({})
      .describe(
        "Environment variables that the configuration refers to, and the secrets of the deployed Key Vault that hold them.",
      ),
    logRetentionDays: z
      .number()
      .int()
      .min(30, "must be from 30 to 730")
      .max(730, "must be from 30 to 730")
      .default(400)
      .describe(
        "How long logs are kept, in days. A lost catalog is rebuilt from them: at least as long as what you restore to.",
      ),
    lookEvery: interval(
      "5m",
      "15m",
      "How often the age of the last point and unfinished runs are measured for the alerts.",
    ),
    dumps: AzureDumps.optional(),
    followEvery: interval("1m", "5m", "How often it is looked whether pending backups are complete."),
  })
  .describe("The functions on Azure.");
export type AzureSection = z.output<typeof AzureSection>;
