import * as z from "zod";
import { AwsDumps } from "./dumps-schema.ts";
import { duration, text } from "./fields.ts";

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
const ARN = /^arn:aws[a-z-]*:/;
/** A subscription's ARN goes on after the name. */
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/;
/** What CloudWatch Logs takes, in days, from the shortest useful one on. */
const RETENTIONS = [
  30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const ids = (what: string, pattern: RegExp) =>
  z.array(text(`must be the id of a ${what}`, pattern)).min(1, `must name at least one ${what}`);

const principals = (description: string) =>
  z
    .array(text('must be the ARN of a role or user, such as "arn:aws:iam::123456789012:role/ops"', ARN))
    .default([])
    .describe(description);

const VpcSection = z
  .strictObject({
    subnets: ids("subnet", /^subnet-[0-9a-f]+$/).describe(
      "Subnets from which the instances, and AWS's APIs by a NAT or by endpoints, can be reached.",
    ),
    securityGroups: ids("security group", /^sg-[0-9a-f]+$/).describe("Security groups of the functions."),
    endpoints: z
      .strictObject({
        vpc: text("must be the id of a VPC", /^vpc-[0-9a-f]+$/).describe(
          "The VPC that the subnets belong to.",
        ),
        routeTables: ids("route table", /^rtb-[0-9a-f]+$/).describe(
          "Route tables of the subnets, for the gateway endpoints of DynamoDB and S3.",
        ),
      })
      .optional()
      .describe(
        "Deploys the endpoints that functions in a VPC without a NAT need. Leave it out where there is a NAT, or where they exist.",
      ),
  })
  .describe("Where the functions run that must reach the instances.");

/** The functions on AWS Lambda, as serverless.yml deploys them. */
export const AwsSection = z
  .strictObject({
    region: text('must be a region such as "ap-northeast-1"', REGION).describe("Where the functions run."),
    vpc: VpcSection.optional(),
    bus: text("must be the name of an event bus", /^[A-Za-z0-9._-]{1,256}$/)
      .default("stillpoint")
      .describe("Event bus for requests, and for what happened. It is deployed with the functions."),
    requesters: principals("Who may ask for a restore by an event on the bus."),
    approvers: principals("Who may approve a restore by an event on the bus; nobody else can."),
    alarmTopic: text(
      'must be the ARN of an SNS topic, such as "arn:aws:sns:ap-northeast-1:123456789012:on-call"',
      TOPIC_ARN,
    )
      .optional()
      .describe("SNS topic that the alarms tell. Default: the alarms change colour, and tell nobody."),
    secrets: z
      .record(
        text("must be the name of an environment variable", /^[A-Za-z_][A-Za-z0-9_]*$/),
        text(
          'must be the name of a parameter, such as "/stillpoint/client-key"',
          /^\/[A-Za-z0-9_./-]+$/,
        ).describe("Name of the SSM parameter."),
      )
      .default({})
      .describe(
        "Environment variables that the configuration refers to, and the SSM parameters (SecureString) that hold them.",
      ),
    logRetentionDays: z
      .union(
        RETENTIONS.map((days) => z.literal(days)),
        { error: `must be one of ${RETENTIONS.join(", ")}` },
      )
      .default(400)
      .describe(
        "How long logs are kept, in days. A lost catalog is rebuilt from them: at least as long as what you restore to.",
      ),
    dumps: AwsDumps.optional(),
    lookEvery: duration("5m", "1h")
      .prefault("15m")
      .describe("How often the age of the last point and unfinished runs are measured for the alarms."),
  })
  .describe("The functions on AWS Lambda.");
export type AwsSection = z.output<typeof AwsSection>;
