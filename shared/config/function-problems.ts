import { NO_CASSY } from "./cassandra-schema.ts";
import type {
  AwsSettings,
  CassandraDatabaseSettings,
  Component,
  Config,
  Deployment,
  DynamodbDatabaseSettings,
  ManagedDatabaseSettings,
} from "./config.ts";
import { awsDumpProblems, dumpProblems, taskProblems } from "./dump-problems.ts";
import { PACKAGED_CODE, PACKAGED_CONFIG } from "./packaged-name.ts";
import {
  fileProblems,
  noDatabases,
  type FunctionProblems as Problems,
  type Secrets,
  secretProblems,
} from "./packaged-problems.ts";
import { type SettingPath, showPath } from "./problem.ts";
import { LONGEST_SCHEDULE_NAME, scheduleName } from "./schedule-name.ts";

/** Everything in a configuration with an `aws` section that functions on AWS Lambda could not work with. */
export function functionProblems(config: Config): Problems {
  const { aws, deployments } = config;
  if (aws === undefined) return [];
  return [
    ...catalogProblems(config, aws),
    ...partsProblems(config, aws),
    ...principalProblems(aws),
    ...topicProblems(aws),
    ...taskProblems(aws),
    ...deployments.flatMap((deployment) => [
      ...deployment.components.flatMap((component) => componentProblems(deployment.name, component, aws)),
      ...databaseProblems(deployment, config, aws),
      ...nameProblems(deployment),
    ]),
    ...fileProblems(config, [PACKAGED_CONFIG, PACKAGED_CODE]),
  ];
}

function catalogProblems({ catalog }: Config, aws: AwsSettings): Problems {
  if (catalog.kind !== "dynamodb")
    return [
      {
        path: ["catalog", "kind"],
        rule: `must be "dynamodb": ${catalog.kind === "file" ? "functions share no folder" : "functions on AWS have no identity on Azure"}`,
        value: catalog.kind,
      },
    ];
  return [...profileProblems(["catalog"], catalog), ...regionProblems(["catalog"], catalog.region, aws)];
}

/** Endpoints in a VPC reach the services of their own region only. */
function regionProblems(at: SettingPath, region: string, aws: AwsSettings): Problems {
  if (aws.vpc?.endpoints === undefined || region === aws.region) return [];
  const rule = `must be "${aws.region}", or aws.vpc.endpoints left out: endpoints reach no other region`;
  return [{ path: [...at, "region"], rule, value: region }];
}

function partsProblems({ verification: { parts } }: Config, { region }: AwsSettings): Problems {
  const at = ["verification", "parts"];
  if (parts.kind !== "s3")
    return [{ path: [...at, "kind"], rule: 'must be "s3": one invocation writes what another reads' }];
  const rule = `must be "${region}", as aws.region: the bucket is deployed with the functions`;
  return [
    ...profileProblems(at, parts),
    ...(parts.region === region ? [] : [{ path: [...at, "region"], rule, value: parts.region }]),
  ];
}

/** Sessions have the ARN of their role; a pattern cannot be a principal. */
const PRINCIPAL = /^arn:aws[a-z-]*:iam::\d{12}:(?:role|user)\/[^*?]+$/;

function principalProblems({ requesters, approvers }: AwsSettings): Problems {
  const rule = "must be the ARN of an IAM role or user, without wildcards; of a session, the ARN of its role";
  return Object.entries({ requesters, approvers }).flatMap(([list, arns]) =>
    arns.flatMap((value, index) =>
      PRINCIPAL.test(value) ? [] : [{ path: ["aws", list, index], rule, value }],
    ),
  );
}

function topicProblems({ alarmTopic, region }: AwsSettings): Problems {
  if (alarmTopic === undefined || alarmTopic.split(":")[3] === region) return [];
  const rule = `must be in "${region}", as the alarms are`;
  return [{ path: ["aws", "alarmTopic"], rule, value: alarmTopic }];
}

function componentProblems(deployment: string, component: Component, aws: AwsSettings): Problems {
  const at = ["deployments", deployment, "components", component.name];
  const key = component.tls?.client?.key;
  return [
    ...(key === undefined ? [] : secretProblems([...at, "tls", "key"], key, "a private key", secretsOf(aws))),
    ...accessProblems([...at, "instances", "kubernetes", "access"], component, aws),
  ];
}

function accessProblems(at: SettingPath, { instances }: Component, aws: AwsSettings): Problems {
  if (instances.kind !== "kubernetes") return [];
  const { access } = instances;
  switch (access.kind) {
    case "kubeconfig":
    case "in-cluster": {
      const missing = access.kind === "kubeconfig" ? "kubeconfig" : "pod";
      const rule = `must be an endpoint and ca, with eks or a token: a function has no ${missing}`;
      return [{ path: at, rule, about: "name" }];
    }
    case "token":
      return secretProblems([...at, "token"], access.token, "a token", secretsOf(aws));
    case "eks":
      return profileProblems([...at, "eks"], access);
    default:
      return access satisfies never;
  }
}

function secretsOf({ secrets }: AwsSettings): Secrets {
  return { section: "aws", holder: "parameter", secrets };
}

function profileProblems(at: SettingPath, { profile }: { readonly profile?: string }): Problems {
  if (profile === undefined) return [];
  const rule = "must be left out: a function has the credentials of its role";
  return [{ path: [...at, "profile"], rule, value: profile }];
}

function databaseProblems({ name, databases }: Deployment, config: Config, aws: AwsSettings): Problems {
  if (databases.length === 0) return [noDatabases(name)];
  return databases.flatMap((database) => {
    const at = ["deployments", name, "databases", database.name];
    if (database.kind === "jdbc")
      return [
        ...dumpProblems(at, database, { store: "s3", secrets: secretsOf(aws) }),
        ...awsDumpProblems(at, database, aws),
      ];
    if (database.kind === "managed") return serverProblems(at, database, aws);
    if (database.kind === "cassandra") return clusterProblems(at, database, aws);
    if (database.kind !== "dynamodb") {
      const rule =
        'must be "dynamodb", "jdbc", "managed" or "cassandra": functions on AWS reach no other database';
      return [{ path: [...at, "kind"], rule, value: database.kind }];
    }
    const rule = `must not look like a table of ${showPath(at)}: the restore may delete those`;
    return [
      ...profileProblems(at, database),
      ...regionProblems(at, database.region, aws),
      ...(isOneOf(database, config) ? [{ path: ["catalog", "table"], rule, about: "name" as const }] : []),
    ];
  });
}

function serverProblems(
  at: SettingPath,
  { service, password }: ManagedDatabaseSettings,
  aws: AwsSettings,
): Problems {
  if (service.kind !== "rds" && service.kind !== "aurora") {
    const rule = 'must be "rds" or "aurora": functions on AWS have no identity on Azure';
    return [{ path: [...at, "service"], rule, value: service.kind }];
  }
  const unreached = "needs aws.vpc: the rows of a server are read from its network";
  return [
    ...secretProblems([...at, "password"], password, "a password", secretsOf(aws)),
    ...profileProblems(at, service),
    ...regionProblems(at, service.region, aws),
    ...(aws.vpc === undefined ? [{ path: at, rule: unreached, about: "name" as const }] : []),
  ];
}

function clusterProblems(
  at: SettingPath,
  { credentials, cassy }: CassandraDatabaseSettings,
  aws: AwsSettings,
): Problems {
  const unreached = "needs aws.vpc: nodes and Cassy are reached from their network";
  const bucket = [...at, "cassy", "bucket"];
  return [
    ...(credentials === undefined
      ? []
      : secretProblems([...at, "password"], credentials.password, "a password", secretsOf(aws))),
    ...(aws.vpc === undefined ? [{ path: at, rule: unreached, about: "name" as const }] : []),
    ...(cassy === undefined
      ? [{ path: at, rule: NO_CASSY, about: "name" as const }]
      : [...profileProblems(bucket, cassy.bucket), ...regionProblems(bucket, cassy.bucket.region, aws)]),
  ];
}

function isOneOf(database: DynamodbDatabaseSettings, { catalog }: Config): boolean {
  if (catalog.kind !== "dynamodb" || catalog.region !== database.region) return false;
  const { prefix } = database;
  return catalog.table.startsWith(prefix) && catalog.table.slice(prefix.length).includes(".");
}

function nameProblems({ name, schedule }: Deployment): Problems {
  const longest = LONGEST_SCHEDULE_NAME - scheduleName("").length;
  if (schedule === undefined || name.length <= longest) return [];
  const rule = `must have a name of at most ${longest} characters, since its schedule bears it`;
  return [{ path: ["deployments", name], rule, about: "name" }];
}
