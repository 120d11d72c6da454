import type {
  CosmosdbDatabaseSettings,
  DatabaseSettings,
  DynamodbDatabaseSettings,
  VerifyFrom,
} from "./config.ts";
import type { DatabaseSection } from "./database-schema.ts";
import type { Product } from "./derived.ts";

const LEDGER_NAMESPACE = "scalar";

type Section<K extends DatabaseSection["kind"]> = Extract<DatabaseSection, { kind: K }>;

export function databaseFrom(name: string, section: DatabaseSection, product: Product): DatabaseSettings {
  const { ledgerNamespace, ...rest } = section;
  const ledger = product === "scalardl" ? { ledgerNamespace: ledgerNamespace ?? LEDGER_NAMESPACE } : {};
  switch (rest.kind) {
    case "dynamodb":
      return { ...dynamodbFrom(name, rest), ...ledger };
    case "cosmosdb":
      return { ...cosmosdbFrom(name, rest), ...ledger };
    default:
      return rest satisfies never;
  }
}

function dynamodbFrom(
  name: string,
  section: Omit<Section<"dynamodb">, "ledgerNamespace">,
): DynamodbDatabaseSettings {
  const { endpoint, profile, keepBackups, ...always } = section;
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
