import { dynamodbsOf } from "../../shared/config/databases-of.ts";
import type { Deployable } from "../deployable.ts";
import { arn, type Reference } from "../resources/resource.ts";
import { ANYTHING, allow, deny, type Statement } from "./statement.ts";
import { backups, metadataNamespaces, regions, tables, temporaries } from "./tables.ts";

/** Writing a restored table is done in the name of whoever asked for it. */
const FILL = [
  "dynamodb:BatchWriteItem",
  "dynamodb:DeleteItem",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:Scan",
  "dynamodb:UpdateItem",
];

/** What shared/databases/dynamodb/settle changes in copies. */
const SETTLE = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];

/** Steps A to D of a restore, in shared/databases/dynamodb/{copies,delete-table}.ts. */
export function restoreTables(config: Deployable): readonly Statement[] {
  if (regions(config).length === 0) return [];
  return [
    allow("RestoreTables", ["dynamodb:RestoreTableToPointInTime", ...FILL], tables(config)),
    allow("SettleCopies", SETTLE, temporaries(config)),
    allow("BackUpCopies", ["dynamodb:CreateBackup"], temporaries(config)),
    allow("RestoreBackups", ["dynamodb:RestoreTableFromBackup"], [...backups(config), ...tables(config)]),
    allow("KeepBackups", ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"], backups(config)),
    // Cannot be tied to a table.
    allow("ListBackups", ["dynamodb:ListBackups"], ANYTHING),
    allow("DeleteTables", ["dynamodb:DeleteTable"], tables(config)),
    deny(
      "LeaveMetadata",
      ["dynamodb:DeleteTable", "dynamodb:UpdateTable", ...WRITE],
      metadataNamespaces(config),
    ),
  ];
}

const WRITE = FILL.filter((action) => !/:(?:GetItem|Query|Scan)$/.test(action));

/** What shared/databases/dynamodb puts back on a restored table. */
export function putSettingsBack(config: Deployable): readonly Statement[] {
  if (regions(config).length === 0) return [];
  return [
    allow(
      "PutSettingsBack",
      [
        "dynamodb:EnableKinesisStreamingDestination",
        "dynamodb:PutResourcePolicy",
        "dynamodb:TagResource",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:UpdateContributorInsights",
        "dynamodb:UpdateTable",
        "dynamodb:UpdateTimeToLive",
      ],
      tables(config),
    ),
    // A target's ARN is drawn at its registration and says nothing of the table.
    allow(
      "PutScalingBack",
      ["application-autoscaling:PutScalingPolicy", "application-autoscaling:RegisterScalableTarget"],
      regions(config).map((region) => arn("application-autoscaling", "scalable-target/*", region)),
      { StringEquals: { "application-autoscaling:service-namespace": "dynamodb" } },
    ),
    allow(
      "PutScalingAlarmsBack",
      ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"],
      scalingAlarms(config),
    ),
    allow("MakeServiceRoles", ["iam:CreateServiceLinkedRole"], SERVICES.map(serviceRoles), {
      StringEquals: { "iam:AWSServiceName": SERVICES },
    }),
  ];
}

/** Auto scaling makes its own alarms, in the name of whoever puts a policy. */
function scalingAlarms({ deployments }: Deployable): readonly Reference[] {
  const found = deployments.flatMap((deployment) =>
    dynamodbsOf(deployment).map(({ prefix, region }) =>
      arn("cloudwatch", `alarm:TargetTracking-table/${prefix}*`, region),
    ),
  );
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

/** Services that make a role for themselves when they are first used in an account. */
const SERVICES = [
  "contributorinsights.dynamodb.amazonaws.com",
  "dynamodb.application-autoscaling.amazonaws.com",
  "kinesisreplication.dynamodb.amazonaws.com",
];

function serviceRoles(service: string): Reference {
  return arn("iam", `role/aws-service-role/${service}/*`, "");
}
