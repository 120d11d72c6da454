import type { AwsSettings, Component, Config, Deployment } from "../shared/config/config.ts";
import { readingProblem } from "../shared/config/tls-material.ts";
import { certificatesOf, PACKAGED_CONFIG, placeBeside } from "./packaged-files.ts";
import { LONGEST_SCHEDULE_NAME, scheduleName } from "./schedule-name.ts";

/** Everything in a configuration that functions on AWS Lambda could not work with, in the words of its settings. */
export function refusals(config: Config): readonly string[] {
  const { aws, deployments } = config;
  if (aws === undefined)
    return ['aws is missing: it says where the functions run, see "stillpoint.aws.example.yml"'];
  return [
    ...catalogRefusals(config),
    ...partsRefusals(config, aws),
    ...principalRefusals(aws),
    ...topicRefusals(aws),
    ...deployments.flatMap((deployment) => [
      ...deployment.components.flatMap((component) => componentRefusals(deployment.name, component, aws)),
      ...databaseRefusals(deployment, config, aws),
      ...nameRefusals(deployment),
    ]),
    ...fileRefusals(config),
  ];
}

function catalogRefusals({ catalog, aws }: Config): readonly string[] {
  if (catalog.kind === "file")
    return ['catalog.kind must be "dynamodb": functions share no folder (it is "file")'];
  return [
    ...(catalog.profile === undefined ? [] : [profileRefusal("catalog.profile", catalog.profile)]),
    ...regionRefusals("catalog", catalog.region, aws),
  ];
}

/** Endpoints in a VPC reach the services of their own region only. */
function regionRefusals(setting: string, region: string, aws: AwsSettings | undefined): readonly string[] {
  if (aws?.vpc?.endpoints === undefined || region === aws.region) return [];
  return [
    `${setting}.region must be "${aws.region}", or aws.vpc.endpoints left out: endpoints reach no other region (it is "${region}")`,
  ];
}

function partsRefusals({ verification }: Config, { region }: AwsSettings): readonly string[] {
  const parts = verification.parts;
  if (parts.kind !== "s3")
    return ['verification.parts.kind must be "s3": one invocation writes what another reads'];
  const profile =
    parts.profile === undefined ? [] : [profileRefusal("verification.parts.profile", parts.profile)];
  if (parts.region === region) return profile;
  return [
    ...profile,
    `verification.parts.region must be "${region}", as aws.region: the bucket is deployed with the functions (it is "${parts.region}")`,
  ];
}

/** Sessions have the ARN of their role; a pattern cannot be a principal. */
const PRINCIPAL = /^arn:aws[a-z-]*:iam::\d{12}:(?:role|user)\/[^*?]+$/;

function principalRefusals({ requesters, approvers }: AwsSettings): readonly string[] {
  return Object.entries({ requesters, approvers }).flatMap(([list, arns]) =>
    arns.flatMap((arn, index) =>
      PRINCIPAL.test(arn)
        ? []
        : [
            `aws.${list}[${index}] must be the ARN of an IAM role or user, without wildcards; of a session, the ARN of its role (it is "${arn}")`,
          ],
    ),
  );
}

function topicRefusals({ alarmTopic, region }: AwsSettings): readonly string[] {
  if (alarmTopic === undefined || alarmTopic.split(":")[3] === region) return [];
  return [`aws.alarmTopic must be in "${region}", as the alarms are (it is "${alarmTopic}")`];
}

function componentRefusals(deployment: string, component: Component, aws: AwsSettings): readonly string[] {
  const at = `deployments.${deployment}.components.${component.name}`;
  const key = component.tls?.client?.key;
  const keyRefusals =
    key === undefined
      ? []
      : "file" in key
        ? [
            `${at}.tls.key must be { env: NAME }, with NAME in aws.secrets: a private key does not belong into a package`,
          ]
        : secretRefusals(`${at}.tls.key.env`, key.env, aws);
  return [...keyRefusals, ...accessRefusals(at, component, aws)];
}

function accessRefusals(component: string, { instances }: Component, aws: AwsSettings): readonly string[] {
  if (instances.kind !== "kubernetes") return [];
  const at = `${component}.instances.kubernetes.access`;
  const { access } = instances;
  switch (access.kind) {
    case "kubeconfig":
    case "in-cluster":
      return [
        `${at} must be an endpoint and ca, with eks or a token: a function has no ${access.kind === "kubeconfig" ? "kubeconfig" : "pod"}`,
      ];
    case "token":
      return "file" in access.token
        ? [
            `${at}.token must be { env: NAME }, with NAME in aws.secrets: a token does not belong into a package`,
          ]
        : secretRefusals(`${at}.token.env`, access.token.env, aws);
    case "eks":
      return access.profile === undefined ? [] : [profileRefusal(`${at}.eks.profile`, access.profile)];
    default:
      return access satisfies never;
  }
}

function secretRefusals(setting: string, variable: string, { secrets }: AwsSettings): readonly string[] {
  if (Object.hasOwn(secrets, variable)) return [];
  return [`${setting} must be in aws.secrets, which says the parameter that holds it (it is "${variable}")`];
}

function profileRefusal(setting: string, profile: string): string {
  return `${setting} must be left out: a function has the credentials of its role (it is "${profile}")`;
}

function databaseRefusals(
  { name, databases }: Deployment,
  config: Config,
  aws: AwsSettings,
): readonly string[] {
  return databases.flatMap((database) => {
    const at = `deployments.${name}.databases.${database.name}`;
    return [
      ...(database.profile === undefined ? [] : [profileRefusal(`${at}.profile`, database.profile)]),
      ...regionRefusals(at, database.region, aws),
      ...(isOneOf(database, config)
        ? [`catalog.table must not look like a table of ${at}: the restore may delete those`]
        : []),
    ];
  });
}

function isOneOf(database: Deployment["databases"][number], { catalog }: Config): boolean {
  if (catalog.kind !== "dynamodb" || catalog.region !== database.region) return false;
  const { prefix } = database;
  return catalog.table.startsWith(prefix) && catalog.table.slice(prefix.length).includes(".");
}

function nameRefusals({ name, schedule }: Deployment): readonly string[] {
  const longest = LONGEST_SCHEDULE_NAME - scheduleName("").length;
  if (schedule === undefined || name.length <= longest) return [];
  return [
    `deployments.${name} must have a name of at most ${longest} characters, since its schedule bears it`,
  ];
}

function fileRefusals(config: Config): readonly string[] {
  return certificatesOf(config).flatMap(({ setting, file }) => {
    const place = placeBeside(config, file);
    if (place === undefined)
      return [
        `${setting} must be below the folder of the configuration, to be packaged with it (it is "${file}")`,
      ];
    if (place === PACKAGED_CONFIG || place === "index.mjs")
      return [`${setting} must not be called "${place}", as a part of the package is`];
    const problem = readingProblem(file);
    return problem === undefined ? [] : [`${setting} must be readable: ${problem} (it is "${file}")`];
  });
}
