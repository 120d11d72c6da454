import type { Deployable } from "../deployable.ts";
import { arn } from "../resources/resource.ts";
import { ANYTHING, allow, type Statement } from "./statement.ts";
import { coordinators, metadataTables, regions, tables } from "./tables.ts";

/** What shared/databases/dynamodb/capture.ts reads: which tables there are, and everything that they are set to. */
export function capture(config: Deployable): readonly Statement[] {
  if (regions(config).length === 0) return [];
  return [
    allow("ListTables", ["dynamodb:Scan"], metadataTables(config)),
    allow(
      "ReadSettings",
      [
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeKinesisStreamingDestination",
        "dynamodb:DescribeTable",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:GetResourcePolicy",
        "dynamodb:ListTagsOfResource",
      ],
      tables(config),
    ),
    allow(
      "ReadAlarms",
      ["cloudwatch:DescribeAlarms"],
      regions(config).map((region) => arn("cloudwatch", "alarm:*", region)),
    ),
    // None of these can be tied to a table.
    allow(
      "ReadWhatHasNoArn",
      [
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "dynamodb:ListContributorInsights",
        "lambda:ListEventSourceMappings",
      ],
      ANYTHING,
    ),
  ];
}

/** What shared/databases/dynamodb/look-briefly.ts reads: how far back the tables can be restored, and recent commits. */
export function lookBriefly(config: Deployable): readonly Statement[] {
  return [
    allow("ListTables", ["dynamodb:Scan"], [...metadataTables(config), ...coordinators(config)]),
    allow("ReadCoverage", ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable"], tables(config)),
  ];
}
