import type { RdsService } from "../../shared/config/config.ts";
import { rdsServersOf } from "../../shared/config/databases-of.ts";
import type { Deployable } from "../deployable.ts";
import { arn, type Reference } from "../resources/resource.ts";
import { ANYTHING, allow, type Statement } from "./statement.ts";

/** What a restore marks its servers with: shared/restore/managed/settings.ts. */
const RUN_TAG = "stillpoint-run";

/** Everything that a restore makes has this in its name. */
const MADE = "*-sp-*";

/** What shared/databases/managed/rds/capture.ts reads. Lists can be tied to a kind of resource, not to one of them. */
export function captureServers(config: Deployable): readonly Statement[] {
  const anyOf = (...kinds: readonly string[]) =>
    perRegion(
      config,
      kinds.map((kind) => `${kind}:*`),
    );
  return [
    ...findServers(config),
    allow(
      "ReadWhatIsBesideServers",
      [
        "rds:DescribeDBClusterEndpoints",
        "rds:DescribeDBProxies",
        "rds:DescribeDBProxyTargets",
        "rds:DescribeEventSubscriptions",
      ],
      anyOf("cluster", "cluster-endpoint", "db-proxy", "es", "target-group"),
    ),
    allow(
      "ReadAlarmsOfServers",
      ["cloudwatch:DescribeAlarms"],
      regions(config).map((region) => arn("cloudwatch", "alarm:*", region)),
    ),
    // Cannot be tied to anything; it tells the time, and the quotas.
    ...ifAny(config, allow("AskRds", ["rds:DescribeAccountAttributes"], ANYTHING)),
  ];
}

/** Where servers are, and how far they can be restored. */
export function findServers(config: Deployable): readonly Statement[] {
  return [
    allow(
      "FindServers",
      ["rds:DescribeDBClusters", "rds:DescribeDBInstanceAutomatedBackups", "rds:DescribeDBInstances"],
      perRegion(config, ["auto-backup:*", "cluster:*", "db:*"]),
    ),
  ];
}

const GROUPS = ["cluster-pg:*", "og:*", "pg:*", "subgrp:*"];

/** What shared/databases/managed/rds makes, sets and renames. It deletes what carries the tag of a run, and no other. */
export function restoreServers(config: Deployable): readonly Statement[] {
  const made = perRegion(config, [`cluster:${MADE}`, `db:${MADE}`]);
  const originals = servers(config).flatMap(({ kind, server, region }) =>
    // The instances of a cluster begin with its name; others cannot be renamed by the functions.
    kind === "aurora"
      ? [arn("rds", `cluster:${server}*`, region), arn("rds", `db:${server}*`, region)]
      : [arn("rds", `db:${server}*`, region)],
  );
  return [
    allow(
      "RestoreServers",
      [
        "rds:AddTagsToResource",
        "rds:CreateDBInstance",
        "rds:RestoreDBClusterToPointInTime",
        "rds:RestoreDBInstanceToPointInTime",
      ],
      [...made, ...originals, ...perRegion(config, GROUPS)],
    ),
    allow(
      "LookAtGroups",
      [
        "rds:DescribeDBClusterParameterGroups",
        "rds:DescribeDBParameterGroups",
        "rds:DescribeDBSubnetGroups",
        "rds:DescribeOptionGroups",
      ],
      perRegion(config, GROUPS),
    ),
    allow(
      "SetServers",
      [
        "rds:AddRoleToDBCluster",
        "rds:AddRoleToDBInstance",
        "rds:EnableHttpEndpoint",
        "rds:ModifyDBCluster",
        "rds:ModifyDBInstance",
        "rds:RebootDBInstance",
      ],
      [...made, ...perRegion(config, GROUPS)],
    ),
    allow("RenameServers", ["rds:ModifyDBCluster", "rds:ModifyDBInstance"], originals),
    allow("DeleteOwnServers", ["rds:DeleteDBCluster", "rds:DeleteDBInstance"], made, {
      StringLike: { [`aws:ResourceTag/${RUN_TAG}`]: "?*" },
    }),
    allow(
      "SubscribeServers",
      ["rds:AddSourceIdentifierToSubscription", "rds:RemoveSourceIdentifierFromSubscription"],
      perRegion(config, ["es:*"]),
    ),
    allow(
      "PutServerAlarmsBack",
      ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"],
      regions(config).map((region) => arn("cloudwatch", `alarm:${MADE}`, region)),
    ),
    ...ifAny(
      config,
      allow("HandRolesToServers", ["iam:PassRole"], [arn("iam", "role/*", "")], {
        StringEquals: { "iam:PassedToService": ["monitoring.rds.amazonaws.com", "rds.amazonaws.com"] },
      }),
    ),
    allow(
      "KeepSecretsOfServers",
      ["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
      regions(config).map((region) => arn("secretsmanager", "secret:rds!*", region)),
    ),
  ];
}

function servers({ deployments }: Deployable): readonly RdsService[] {
  return deployments.flatMap(rdsServersOf);
}

function regions(config: Deployable): readonly string[] {
  return [...new Set(servers(config).map(({ region }) => region))];
}

function perRegion(config: Deployable, resources: readonly string[]): readonly Reference[] {
  return regions(config).flatMap((region) => resources.map((resource) => arn("rds", resource, region)));
}

function ifAny(config: Deployable, statement: Statement): readonly Statement[] {
  return servers(config).length === 0 ? [] : [statement];
}
