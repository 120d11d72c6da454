import { dynamodbsOf } from "../../shared/config/databases-of.ts";
import { OWN_SOURCE } from "../../shared/telemetry/event-types.ts";
import type { Deployable } from "../deployable.ts";
import { type FunctionName, physicalName } from "../function-names.ts";
import { serversOf } from "../managed-servers.ts";
import { arn, type Reference } from "../resources/resource.ts";
import type { Stack } from "../stack-settings.ts";
import { ANYTHING, allow, deny, type Statement } from "./statement.ts";

/** What several functions need, each on its own resources. */

export function writeLogs({ stage }: Stack, name: FunctionName): Statement {
  const group = arn("logs", `log-group:/aws/lambda/${physicalName(stage, name)}:*`);
  return allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [group]);
}

/** Asynchronous invocations that were dropped leave their event there, by the function's own right. */
export function leaveDeadLetters(queue: Reference): Statement {
  return allow("LeaveDeadLetters", ["sqs:SendMessage"], [queue]);
}

const READ_CATALOG = ["dynamodb:GetItem", "dynamodb:Query"];
const WRITE_CATALOG = [
  "dynamodb:ConditionCheckItem",
  "dynamodb:DeleteItem",
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
];

export function readCatalog(config: Deployable): Statement {
  return allow("ReadCatalog", READ_CATALOG, [catalogTable(config)]);
}

export function writeCatalog(config: Deployable): Statement {
  return allow("WriteCatalog", [...READ_CATALOG, ...WRITE_CATALOG], [catalogTable(config)]);
}

/** Partitions of the catalog's table that hold what is settled, what lies beside large records, and what is left of it. */
const OF_SETTLEMENTS = ["settlements", "settlements/open", "parts/*", "leftovers"];

/** Of the catalog nothing but what a restore settles: whoever reads the rows writes down what is to be done to them. */
export function writeSettlements(config: Deployable): readonly Statement[] {
  if (!config.deployments.some((deployment) => dynamodbsOf(deployment).length > 0)) return [];
  return [
    allow("WriteSettlements", [...READ_CATALOG, ...WRITE_CATALOG], [catalogTable(config)], {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": OF_SETTLEMENTS },
    }),
  ];
}

function catalogTable({ catalog: { table, region } }: Deployable): Reference {
  return arn("dynamodb", `table/${table}`, region);
}

/** Exactly the named parameters; the service's own key decrypts them for whoever may read them. */
export function readSecrets({ aws: { secrets } }: Deployable): readonly Statement[] {
  const parameters = [...new Set(Object.values(secrets))];
  if (parameters.length === 0) return [];
  const resources = parameters.map((parameter) => arn("ssm", `parameter${parameter}`));
  return [allow("ReadSecrets", ["ssm:GetParameters"], resources)];
}

/** Nothing but these notices, under the functions' own name: requests and approvals are for people. */
export function tell({ aws: { bus } }: Deployable, notices: readonly string[]): Statement {
  return allow("Tell", ["events:PutEvents"], [arn("events", `event-bus/${bus}`)], {
    StringEquals: { "events:source": OWN_SOURCE, "events:detail-type": notices },
  });
}

/** On the interfaces of a VPC there is no telling which; IAM wants to see all resources, or every one of them. */
const ATTACH = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:UnassignPrivateIpAddresses",
];
const LOOK_AROUND = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"];

/** Lambda attaches a function to a VPC by the function's role. The function's own code is denied the same. */
export function attachToVpc({ stage, functions }: Stack, name: FunctionName): readonly Statement[] {
  if (!functions[name].inVpc) return [];
  const self = arn("lambda", `function:${physicalName(stage, name)}`);
  return [
    allow("AttachToVpc", ATTACH, [arn("ec2", "*/*")]),
    allow("LookAroundInVpc", LOOK_AROUND, ANYTHING),
    deny("AttachNothingByOwnCode", [...ATTACH, ...LOOK_AROUND], ANYTHING, {
      ArnEquals: { "lambda:SourceFunctionArn": self },
    }),
  ];
}

const READ_BY_KEY = ["kms:Decrypt", "kms:DescribeKey"];
const RESTORE_BY_KEY = [
  "kms:CreateGrant",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

/** The storage of servers, and the passwords that the service keeps. */
const OF_SERVERS = ["rds.*.amazonaws.com", "secretsmanager.*.amazonaws.com"];

/** Customer keys, and only through the services that keep the data. */
export function useKeys({ keys, config }: Stack, use: "read" | "restore"): readonly Statement[] {
  if (keys.length === 0) return [];
  const actions = use === "read" ? READ_BY_KEY : [...READ_BY_KEY, ...RESTORE_BY_KEY];
  const services = [
    "dynamodb.*.amazonaws.com",
    ...(use === "restore" && serversOf(config).length > 0 ? OF_SERVERS : []),
    "ssm.*.amazonaws.com",
  ];
  return [allow("UseKeys", actions, keys, { StringLike: { "kms:ViaService": services } })];
}
