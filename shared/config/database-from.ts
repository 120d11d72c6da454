import { resolve } from "node:path";
import type {
  ArtifactsSettings,
  CassandraDatabaseSettings,
  CassySettings,
  CosmosdbDatabaseSettings,
  DatabaseSettings,
  DynamodbDatabaseSettings,
  JdbcDatabaseSettings,
  ManagedDatabaseSettings,
  ManagedService,
  PasswordSource,
  SqlAccess,
  VerifyFrom,
} from "./config.ts";
import type { DatabaseSection } from "./database-schema.ts";
import type { Product } from "./derived.ts";
import { accountFrom, certificateFrom } from "./sources-from.ts";

const LEDGER_NAMESPACE = "scalar";

type Section<K extends DatabaseSection["kind"]> = Extract<DatabaseSection, { kind: K }>;

/** Relative paths begin at the folder. */
export function databaseFrom(
  name: string,
  section: DatabaseSection,
  { product, folder }: { readonly product: Product; readonly folder: string },
): DatabaseSettings {
  const { ledgerNamespace, ...rest } = section;
  const ledger = product === "scalardl" ? { ledgerNamespace: ledgerNamespace ?? LEDGER_NAMESPACE } : {};
  switch (rest.kind) {
    case "dynamodb":
      return { ...dynamodbFrom(name, rest), ...ledger };
    case "cosmosdb":
      return { ...cosmosdbFrom(name, rest), ...ledger };
    case "jdbc":
      return { ...jdbcFrom(name, rest, folder), ...ledger };
    case "managed":
      return { ...managedFrom(name, rest, folder), ...ledger };
    case "cassandra":
      return { ...cassandraFrom(name, rest, folder), ...ledger };
    default:
      return rest satisfies never;
  }
}

function dynamodbFrom(
  name: string,
  section: Omit<Section<"dynamodb">, "ledgerNamespace">,
): DynamodbDatabaseSettings {
  const { endpoint, profile, keepBackups, backupDoubt, ...always } = section;
  const {
    autoScalingEndpoint = endpoint,
    lambdaEndpoint = endpoint,
    cloudwatchEndpoint = endpoint,
    ...rest
  } = always;
  return {
    name,
    ...rest,
    keepBackupsMs: keepBackups,
    backupDoubtMs: backupDoubt,
    ...(endpoint !== undefined && { endpoint }),
    ...(autoScalingEndpoint !== undefined && { autoScalingEndpoint }),
    ...(lambdaEndpoint !== undefined && { lambdaEndpoint }),
    ...(cloudwatchEndpoint !== undefined && { cloudwatchEndpoint }),
    ...(profile !== undefined && { profile }),
  };
}

function cosmosdbFrom(
  name: string,
  { verifyFrom, armEndpoint, ...rest }: Omit<Section<"cosmosdb">, "ledgerNamespace">,
): CosmosdbDatabaseSettings {
  return {
    name,
    ...rest,
    ...(verifyFrom && { verifyFrom: verifyFromOf(verifyFrom) }),
    ...(armEndpoint !== undefined && { armEndpoint }),
  };
}

function verifyFromOf(section: NonNullable<Section<"cosmosdb">["verifyFrom"]>): VerifyFrom {
  if ("address" in section) return { kind: "address", address: section.address };
  const { subnet, dnsZone } = section;
  return { kind: "subnet", subnet, ...(dnsZone !== undefined && { dnsZone }) };
}

const USUAL_PORTS = { postgresql: 5432, mysql: 3306 } as const;

function jdbcFrom(
  name: string,
  section: Omit<Section<"jdbc">, "ledgerNamespace">,
  folder: string,
): JdbcDatabaseSettings {
  const { database, user, password, tls, port, schemas, tools, replicaWait, dumps, ...rest } = section;
  return {
    name,
    ...rest,
    port: port ?? USUAL_PORTS[rest.engine],
    ...accessFrom({ database, user, password, tls }, folder),
    replicaWaitMs: replicaWait,
    dumps: artifactsFrom(dumps, folder),
    ...(schemas !== undefined && { schemas }),
    ...(tools !== undefined && { tools: resolve(folder, tools) }),
  };
}

function managedFrom(
  name: string,
  section: Omit<Section<"managed">, "ledgerNamespace">,
  folder: string,
): ManagedDatabaseSettings {
  const { kind, metadataNamespace, coordinatorNamespace } = section;
  return {
    name,
    kind,
    metadataNamespace,
    coordinatorNamespace,
    ...accessFrom(section, folder),
    service: serviceFrom(section),
  };
}

/** The rules have seen to it that what a service needs is there. */
function serviceFrom(section: Omit<Section<"managed">, "ledgerNamespace">): ManagedService {
  const { service, server, region = "", endpoint, profile } = section;
  const { subscription = "", resourceGroup = "", armEndpoint } = section;
  if (service === "azure-postgresql" || service === "azure-mysql")
    return {
      kind: service,
      subscription,
      resourceGroup,
      server,
      ...(armEndpoint !== undefined && { armEndpoint }),
    };
  return {
    kind: service,
    region,
    server,
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
  };
}

function accessFrom(
  {
    database,
    user,
    password,
    tls,
  }: Pick<Section<"jdbc">, "user" | "password" | "tls"> & {
    readonly database?: string | undefined;
  },
  folder: string,
): SqlAccess {
  return {
    user,
    password: passwordFrom(password, folder),
    tls: tls === "off" ? tls : { ...(tls.ca && { ca: certificateFrom(tls.ca, folder) }) },
    ...(database !== undefined && { database }),
  };
}

function passwordFrom({ env, file = "" }: Section<"jdbc">["password"], folder: string): PasswordSource {
  return env === undefined ? { file: resolve(folder, file) } : { env };
}

/** The rules have seen to it that a user has a password. */
function cassandraFrom(
  name: string,
  section: Omit<Section<"cassandra">, "ledgerNamespace">,
  folder: string,
): CassandraDatabaseSettings {
  const { dataCenter, user, password, tls, cassy, ...rest } = section;
  return {
    name,
    ...rest,
    tls: tls === "off" ? tls : { ...(tls.ca && { ca: certificateFrom(tls.ca, folder) }) },
    ...(dataCenter !== undefined && { dataCenter }),
    ...(user !== undefined &&
      password && { credentials: { user, password: passwordFrom(password, folder) } }),
    ...(cassy && { cassy: cassyFrom(cassy) }),
  };
}

function cassyFrom({
  bucket: { name, region, endpoint, profile },
  uploadLimit,
  ...rest
}: NonNullable<Section<"cassandra">["cassy"]>): CassySettings {
  return {
    ...rest,
    bucket: {
      name,
      region,
      ...(endpoint !== undefined && { endpoint }),
      ...(profile !== undefined && { profile }),
    },
    uploadLimitMs: uploadLimit,
  };
}

function artifactsFrom(section: Section<"jdbc">["dumps"], folder: string): ArtifactsSettings {
  switch (section.kind) {
    case "folder":
      return { kind: "folder", path: resolve(folder, section.path) };
    case "s3": {
      const { kind, bucket, region, prefix, endpoint, profile, kmsKey } = section;
      return {
        kind,
        bucket,
        region,
        prefix,
        ...(endpoint !== undefined && { endpoint }),
        ...(profile !== undefined && { profile }),
        ...(kmsKey !== undefined && { kmsKey }),
      };
    }
    case "blob": {
      const { kind, container, prefix } = section;
      return { kind, container, prefix, ...accountFrom(section) };
    }
    default:
      return section satisfies never;
  }
}
