import { isIP } from "node:net";
import * as z from "zod";
import { endpoint, profile, region } from "./aws-fields.ts";
import { cassandraSection } from "./cassandra-schema.ts";
import { checkedText, duration, text, urlProblem } from "./fields.ts";
import { jdbcSection, managedSection } from "./jdbc-schema.ts";

const NAMESPACE = /^[A-Za-z0-9_]+$/;
const NAMESPACE_RULE = "must be a namespace of letters, digits and underscores";
const namespace = (usual: string, what: string) =>
  text(NAMESPACE_RULE, NAMESPACE).default(usual).describe(what);

const transactionNamespaces = {
  coordinatorNamespace: namespace("coordinator", "Namespace of the Coordinator's table."),
  ledgerNamespace: text(NAMESPACE_RULE, NAMESPACE)
    .optional()
    .describe('Namespace of the Ledger\'s tables, ScalarDL only. Default: "scalar".'),
};

const namespaces = {
  metadataNamespace: namespace("scalardb", "Namespace of ScalarDB's table of tables."),
  ...transactionNamespaces,
};

const DynamodbSection = z
  .strictObject({
    kind: z.literal("dynamodb").describe("The database: tables of DynamoDB."),
    region,
    endpoint,
    autoScalingEndpoint: checkedText(urlProblem)
      .optional()
      .describe("Address of Application Auto Scaling. Default: the same as endpoint."),
    lambdaEndpoint: checkedText(urlProblem)
      .optional()
      .describe("Address of AWS Lambda, which knows who reads a stream. Default: the same as endpoint."),
    cloudwatchEndpoint: checkedText(urlProblem)
      .optional()
      .describe("Address of CloudWatch, which has the alarms. Default: the same as endpoint."),
    profile,
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9_.-]*$/, 'must be letters, digits, "_", "." and "-"')
      .default("")
      .describe("As scalar.db.dynamo.namespace.prefix of ScalarDB: put before every table name, as it is."),
    ...namespaces,
    globalTables: z
      .enum(["refuse", "accept"])
      .default("refuse")
      .describe(
        "Whether tables with replicas in other regions are backed up: accept only where nobody writes to them there, " +
          "since a pause holds no writer of another region.",
      ),
    backupDoubt: duration("0s", "10m")
      .prefault("65s")
      .describe(
        "How long a restore that has written to its copies waits before it backs them up: a backup may miss what was " +
          "written in the last minute. Less than 61s only for a stand-in at an endpoint.",
      ),
    keepBackups: z
      .union([z.literal("forever"), duration("1d", "3650d")])
      .prefault("forever")
      .describe(
        'How long the backups that a restore in place leaves are kept: "forever", or until stillpoint expire finds ' +
          "them older than this and no longer needed.",
      ),
  })
  .describe("One database that the deployment keeps its data in.");

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const SUBNET =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i;
const DNS_ZONE =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/privateDnsZones\/[^/]+$/i;

const OPEN_TO_AZURE = /^0+(?:\.0+){3}$/;

const FromAddress = z
  .strictObject({
    address: z
      .string()
      .refine((text) => isIP(text) === 4, "must be an IPv4 address")
      .refine(
        (text) => !OPEN_TO_AZURE.test(text),
        "must be the address of one host: Cosmos DB takes 0.0.0.0 for everything in Azure, of any customer",
      )
      .describe("Public IPv4 address that the restored account lets in."),
  })
  .describe("From a public address.");

const FromSubnet = z
  .strictObject({
    subnet: text("must be the ARM id of a subnet", SUBNET).describe(
      "Subnet in which the restored account gets a private endpoint.",
    ),
    dnsZone: text("must be the ARM id of a private DNS zone", DNS_ZONE)
      .optional()
      .describe("Zone privatelink.documents.azure.com in which the private endpoint is entered."),
  })
  .describe("From inside a virtual network.");

const VerifyFromSection = z
  .union([FromAddress, FromSubnet])
  .describe(
    "The one way by which a restored account is reached to verify it: it is closed to everybody else until its " +
      "settings are back.",
  );

const CosmosdbSection = z
  .strictObject({
    kind: z.literal("cosmosdb").describe("The database: an account of Azure Cosmos DB for NoSQL."),
    subscription: text("must be the id of a subscription", GUID).describe(
      "Azure subscription of the account.",
    ),
    resourceGroup: text("must be the name of a resource group", /^[-\w.()]{1,90}$/).describe(
      "Resource group of the account; restored accounts are made in it too.",
    ),
    account: text(
      "must be the name of an account: 3 to 44 lower-case letters, digits and hyphens",
      /^[a-z0-9](?:[a-z0-9-]{1,42})[a-z0-9]$/,
    ).describe("Name of the account."),
    ...namespaces,
    verifyFrom: VerifyFromSection.optional(),
    armEndpoint: checkedText(urlProblem)
      .optional()
      .describe("Address of Azure Resource Manager, where it is not that of the public cloud."),
  })
  .describe("One Cosmos DB account that the deployment keeps its data in.");

export const DatabaseSection = z
  .discriminatedUnion("kind", [
    DynamodbSection,
    CosmosdbSection,
    jdbcSection(namespaces),
    managedSection(namespaces),
    // Its own schema says what ScalarDB keeps elsewhere in a table of tables.
    cassandraSection(transactionNamespaces),
  ])
  .describe("One database that the deployment keeps its data in.");
export type DatabaseSection = z.output<typeof DatabaseSection>;
