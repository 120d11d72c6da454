import type { RdsService } from "../../shared/config/config.ts";
import type { Deployable } from "../deployable.ts";
import { serversOf } from "../managed-servers.ts";
import { arn, type Reference } from "../resources/resource.ts";
import { ANYTHING, allow, deny, type Statement } from "./statement.ts";

/** What a server is found by, and how far back it can be restored. */
export function findServers(config: Deployable): readonly Statement[] {
  if (serversOf(config).length === 0) return [];
  return [
    allow(
      "FindServers",
      ["rds:DescribeDBClusters", "rds:DescribeDBInstanceAutomatedBackups", "rds:DescribeDBInstances"],
      everywhere(config, ["auto-backup", "cluster", "db"]),
    ),
  ];
}

/** What shared/databases/managed/rds/capture.ts reads of a server and of what is around it. */
export function captureServers(config: Deployable): readonly Statement[] {
  if (serversOf(config).length === 0) return [];
  return [
    ...findServers(config),
    allow(
      "ReadWhatIsAroundServers",
      [
        "rds:DescribeDBClusterEndpoints",
        "rds:DescribeDBProxies",
        "rds:DescribeDBProxyTargets",
        "rds:DescribeEventSubscriptions",
      ],
      everywhere(config, ["cluster", "cluster-endpoint", "db-proxy", "es", "target-group"]),
    ),
    allow("ReadAlarmsOfServers", ["cloudwatch:DescribeAlarms"], alarms(config, "*")),
    // Quotas, and the clock of the service: of the account, and of nothing in it.
    allow("ReadQuotas", ["rds:DescribeAccountAttributes"], ANYTHING),
  ];
}

/** As in shared/restore/managed/settings.ts. */
const RUN_TAG = "stillpoint-run";
/** Everything that a run makes carries its tag; what does not carry one is neither changed nor deleted. */
const TAGGED = { Null: { [`aws:ResourceTag/${RUN_TAG}`]: "false" } };
const TAGGING = { Null: { [`aws:RequestTag/${RUN_TAG}`]: "false" } };
const GROUPS = ["cluster-pg", "og", "pg", "subgrp"];

/** Restores of shared/databases/managed/rds, with the settings that are put back, and the end of what they make. */
export function restoreServers(config: Deployable): readonly Statement[] {
  if (serversOf(config).length === 0) return [];
  const groups = everywhere(config, GROUPS);
  const made = [...copies(config, "cluster"), ...copies(config, "db"), ...instances(config)];
  return [
    allow("ReadGroups", READ_GROUPS, groups),
    allow(
      "RestoreServers",
      ["rds:CreateDBInstance", "rds:RestoreDBClusterToPointInTime", "rds:RestoreDBInstanceToPointInTime"],
      [...originals(config), ...made, ...groups],
      TAGGING,
    ),
    allow("MarkWhatItMakes", ["rds:AddTagsToResource"], made, TAGGING),
    allow("PutSettingsOfServersBack", SETTLE, made, TAGGED),
    allow("UseGroups", ["rds:ModifyDBCluster", "rds:ModifyDBInstance"], groups),
    allow("SwapNames", ["rds:ModifyDBCluster", "rds:ModifyDBInstance"], named(config)),
    allow("DeleteWhatItMade", ["rds:DeleteDBCluster", "rds:DeleteDBInstance"], made, TAGGED),
    // IAM asks for it wherever a cluster is deleted, with a last snapshot or without.
    allow("DeleteWithoutSnapshot", ["rds:DeleteDBCluster"], everywhere(config, ["cluster-snapshot"])),
    deny(
      "LeaveOriginals",
      ["rds:AddTagsToResource", "rds:DeleteDBCluster", "rds:DeleteDBInstance"],
      originals(config),
    ),
    ...besideServers(config),
  ];
}

const READ_GROUPS = [
  "rds:DescribeDBClusterParameterGroups",
  "rds:DescribeDBParameterGroups",
  "rds:DescribeDBSubnetGroups",
  "rds:DescribeOptionGroups",
];

const SETTLE = [
  "rds:AddRoleToDBCluster",
  "rds:AddRoleToDBInstance",
  "rds:EnableHttpEndpoint",
  "rds:ModifyDBCluster",
  "rds:ModifyDBInstance",
  "rds:RebootDBInstance",
];

function besideServers(config: Deployable): readonly Statement[] {
  return [
    allow(
      "Subscribe",
      ["rds:AddSourceIdentifierToSubscription", "rds:RemoveSourceIdentifierFromSubscription"],
      everywhere(config, ["es"]),
    ),
    allow(
      "PutAlarmsOfServersBack",
      ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"],
      alarms(config, `*${SUFFIX}`),
    ),
    // Which roles a server has, its owner decides; a role that does not trust the service is refused by it.
    allow("HandRolesToServers", ["iam:PassRole"], [arn("iam", "role/*", "")], {
      StringEquals: { "iam:PassedToService": ["monitoring.rds.amazonaws.com", "rds.amazonaws.com"] },
    }),
    allow(
      "KeepMasterPasswords",
      ["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
      regionsOf(config).map((region) => arn("secretsmanager", "secret:rds!*", region)),
    ),
  ];
}

function regionsOf(config: Deployable): readonly string[] {
  return [...new Set(serversOf(config).map(({ region }) => region))];
}

function everywhere(config: Deployable, kinds: readonly string[]): readonly Reference[] {
  return regionsOf(config).flatMap((region) => kinds.map((kind) => arn("rds", `${kind}:*`, region)));
}

function alarms(config: Deployable, name: string): readonly Reference[] {
  return regionsOf(config).map((region) => arn("cloudwatch", `alarm:${name}`, region));
}

function originals(config: Deployable): readonly Reference[] {
  return serversOf(config).map(({ kind, server, region }) =>
    arn("rds", `${resourceOf(kind)}:${server}`, region),
  );
}

function resourceOf(kind: RdsService["kind"]): string {
  return kind === "rds" ? "db" : "cluster";
}

/** What a run adds to a name, and where it has to cut one for it: shared/restore/managed/plan.ts. */
const SUFFIX = "-sp-????????";
const UNCUT = 63 - SUFFIX.length;
const SURE = 40;

function copyOf(name: string): string {
  return name.length <= UNCUT ? `${name}${SUFFIX}` : `${name.slice(0, SURE)}*${SUFFIX}`;
}

/** Named after the original and the run. */
function copies(config: Deployable, resource: "cluster" | "db"): readonly Reference[] {
  return serversOf(config)
    .filter(({ kind }) => resourceOf(kind) === resource)
    .map((service) => arn("rds", `${resource}:${copyOf(service.server)}`, service.region));
}

/** Of restored clusters. Only the service knows what the originals are called. */
function instances(config: Deployable): readonly Reference[] {
  const regions = serversOf(config).flatMap(({ kind, region }) => (kind === "aurora" ? [region] : []));
  return [...new Set(regions)].map((region) => arn("rds", `db:*${SUFFIX}`, region));
}

/** In place: the originals step aside. Instances of a cluster may do so where they are named after it. */
function named(config: Deployable): readonly Reference[] {
  return [
    ...originals(config),
    ...serversOf(config)
      .filter(({ kind }) => kind === "aurora")
      .map((service) => arn("rds", `db:${service.server}*`, service.region)),
  ];
}
