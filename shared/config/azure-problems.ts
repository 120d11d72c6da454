import { NO_CASSY } from "./cassandra-schema.ts";
import type {
  AzureSettings,
  CassandraDatabaseSettings,
  Component,
  Config,
  DatabaseSettings,
  ManagedDatabaseSettings,
  StorageAccount,
} from "./config.ts";
import { azureDumpProblems, dumpProblems, registryProblems } from "./dump-problems.ts";
import { PACKAGED_CODE, PACKAGED_CONFIG, PACKAGED_HOST, PACKAGED_MANIFEST } from "./packaged-name.ts";
import {
  type FunctionProblems,
  fileProblems,
  noDatabases,
  type Secrets,
  secretProblems,
} from "./packaged-problems.ts";
import type { SettingPath } from "./problem.ts";
import { ROUTE_KEY_SECRETS } from "./route-keys.ts";
import { scheduleName } from "./schedule-name.ts";

/** Names of functions may have no more characters. */
const LONGEST_FUNCTION_NAME = 127;
/** What the SDK of AWS looks for. */
const AWS_CREDENTIALS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
const PACKAGED = [PACKAGED_CONFIG, PACKAGED_CODE, PACKAGED_HOST, PACKAGED_MANIFEST];

/** Everything in a configuration with an `azure` section that functions on Azure could not work with. */
export function azureProblems(config: Config): FunctionProblems {
  const { azure, deployments } = config;
  if (azure === undefined) return [];
  return [
    ...catalogProblems(config),
    ...partsProblems(config),
    ...settingProblems(azure),
    ...subnetProblems(azure),
    ...registryProblems(azure),
    ...deployments.flatMap(({ name, schedule, components, databases }) => [
      ...components.flatMap((component) => componentProblems(name, component, azure)),
      ...(databases.length === 0 ? [noDatabases(name)] : []),
      ...databases.flatMap((database) =>
        databaseProblems(name, database, { azure, catalog: config.catalog }),
      ),
      ...(schedule === undefined ? [] : nameProblems(name)),
    ]),
    ...fileProblems(config, PACKAGED),
  ];
}

function catalogProblems({ catalog }: Config): FunctionProblems {
  if (catalog.kind === "azure-table") return accountProblems(["catalog"], catalog);
  const why = catalog.kind === "file" ? "functions share no folder" : "it is deployed with the functions";
  return [{ path: ["catalog", "kind"], rule: `must be "azure-table": ${why}`, value: catalog.kind }];
}

function partsProblems({ catalog, verification: { parts } }: Config): FunctionProblems {
  const at = ["verification", "parts"];
  if (parts.kind !== "blob") {
    const rule = 'must be "blob": one invocation writes what another reads';
    return [{ path: [...at, "kind"], rule, value: parts.kind }];
  }
  if (catalog.kind !== "azure-table" || parts.account === catalog.account) return accountProblems(at, parts);
  const rule = `must be "${catalog.account}", as catalog.account: the container is deployed in it`;
  return [{ path: [...at, "account"], rule, value: parts.account }, ...accountProblems(at, parts)];
}

/** The deployed account takes no key. */
function accountProblems(at: SettingPath, { key, endpoint }: StorageAccount): FunctionProblems {
  return [
    ...(key === undefined
      ? []
      : [
          {
            path: [...at, "key"],
            rule: "must be left out: a function has its identity",
            about: "name" as const,
          },
        ]),
    ...(endpoint === undefined
      ? []
      : [
          {
            path: [...at, "endpoint"],
            rule: "must be left out: the account is deployed with the functions",
            value: endpoint,
          },
        ]),
  ];
}

/** Secrets that hold the keys of the restore's routes, as infra/events.json puts them there. */
const ROUTE_KEYS: readonly string[] = Object.values(ROUTE_KEY_SECRETS);
/** Settings that the service or the templates set themselves. */
const RESERVED =
  /^(?:STILLPOINT_(?:CONFIG|NOTICES)|AzureWebJobs.*|APPLICATIONINSIGHTS_.*|FUNCTIONS_.*|WEBSITE_.*)$/i;

function settingProblems({ secrets }: AzureSettings): FunctionProblems {
  return Object.entries(secrets).flatMap(([variable, secret]): FunctionProblems => {
    const path = ["azure", "secrets", variable];
    if (RESERVED.test(variable)) {
      const rule = "must have another name: the functions are told something else by it";
      return [{ path, rule, about: "name" }];
    }
    if (!ROUTE_KEYS.includes(secret.toLowerCase())) return [];
    const rule = "must be another secret: this one is for people, and no function may read it";
    return [{ path, rule, value: secret }];
  });
}

function subnetProblems({ network }: AzureSettings): FunctionProblems {
  return Object.entries(network?.subnets ?? {})
    .filter(([, id]) => id.slice(id.lastIndexOf("/")).includes("_"))
    .map(([app, id]) => ({
      path: ["azure", "network", "subnets", app],
      rule: "must be a subnet without underscores in its name: functions cannot join others",
      value: id,
    }));
}

function componentProblems(deployment: string, component: Component, azure: AzureSettings): FunctionProblems {
  const at = ["deployments", deployment, "components", component.name];
  const key = component.tls?.client?.key;
  return [
    ...(key === undefined
      ? []
      : secretProblems([...at, "tls", "key"], key, "a private key", secretsOf(azure))),
    ...accessProblems([...at, "instances", "kubernetes", "access"], component, azure),
  ];
}

function secretsOf({ secrets }: AzureSettings): Secrets {
  return { section: "azure", holder: "secret", secrets };
}

function accessProblems(at: SettingPath, { instances }: Component, azure: AzureSettings): FunctionProblems {
  if (instances.kind !== "kubernetes") return [];
  const { access } = instances;
  switch (access.kind) {
    case "token":
      return secretProblems([...at, "token"], access.token, "a token", secretsOf(azure));
    case "kubeconfig":
      return [{ path: at, rule: lacking("a function has no kubeconfig"), about: "name" }];
    case "in-cluster":
      return [{ path: at, rule: lacking("a function has no pod"), about: "name" }];
    case "eks":
      return [{ path: at, rule: lacking("a function on Azure has no role on AWS"), about: "name" }];
    default:
      return access satisfies never;
  }
}

function lacking(what: string): string {
  return `must be an endpoint and ca, with a token: ${what}`;
}

function databaseProblems(
  deployment: string,
  database: DatabaseSettings,
  { azure, catalog }: { readonly azure: AzureSettings; readonly catalog: Config["catalog"] },
): FunctionProblems {
  const at = ["deployments", deployment, "databases", database.name];
  switch (database.kind) {
    case "cosmosdb":
      return groupProblems(at, database.resourceGroup, database.subscription, azure);
    case "dynamodb":
      return awsProblems(at, database.profile, azure);
    case "jdbc":
      return [
        ...dumpProblems(at, database, { store: "blob", secrets: secretsOf(azure) }),
        ...azureDumpProblems(at, database, { azure, catalog }),
      ];
    case "managed":
      return serverProblems(at, database, azure);
    case "cassandra":
      return clusterProblems(at, database, azure);
    default:
      return database satisfies never;
  }
}

function serverProblems(
  at: SettingPath,
  { service, password }: ManagedDatabaseSettings,
  azure: AzureSettings,
): FunctionProblems {
  if (!("resourceGroup" in service)) {
    const rule = 'must be "azure-postgresql" or "azure-mysql": functions on Azure have no role on AWS';
    return [{ path: [...at, "service"], rule, value: service.kind }];
  }
  return [
    ...secretProblems([...at, "password"], password, "a password", secretsOf(azure)),
    ...groupProblems(at, service.resourceGroup, service.subscription, azure),
  ];
}

/** The restore may make and delete accounts and servers in their resource group. */
function groupProblems(
  at: SettingPath,
  group: string,
  subscription: string,
  azure: AzureSettings,
): FunctionProblems {
  const same =
    subscription.toLowerCase() === azure.subscription &&
    group.toLowerCase() === azure.resourceGroup.toLowerCase();
  if (!same) return [];
  const rule = "must not be azure.resourceGroup: what restores is kept apart from what is restored";
  return [{ path: [...at, "resourceGroup"], rule, value: group }];
}

function clusterProblems(
  at: SettingPath,
  { credentials, cassy }: CassandraDatabaseSettings,
  azure: AzureSettings,
): FunctionProblems {
  return [
    ...(credentials === undefined
      ? []
      : secretProblems([...at, "password"], credentials.password, "a password", secretsOf(azure))),
    ...(cassy === undefined
      ? [{ path: at, rule: NO_CASSY, about: "name" as const }]
      : awsProblems([...at, "cassy", "bucket"], cassy.bucket.profile, azure)),
  ];
}

/** What is on AWS is entered with keys, which come from the secrets. */
function awsProblems(
  at: SettingPath,
  profile: string | undefined,
  { secrets }: AzureSettings,
): FunctionProblems {
  if (profile !== undefined) {
    const rule = "must be left out: a function has no profiles of AWS";
    return [{ path: [...at, "profile"], rule, value: profile }];
  }
  if (AWS_CREDENTIALS.every((variable) => Object.hasOwn(secrets, variable))) return [];
  const rule = `needs ${AWS_CREDENTIALS.join(" and ")} in azure.secrets: a function on Azure has no role on AWS`;
  return [{ path: at, rule, about: "name" }];
}

function nameProblems(name: string): FunctionProblems {
  const longest = LONGEST_FUNCTION_NAME - scheduleName("").length;
  if (name.length <= longest) return [];
  const rule = `must have a name of at most ${longest} characters, since its timer bears it`;
  return [{ path: ["deployments", name], rule, about: "name" }];
}
