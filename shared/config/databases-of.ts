import type { CosmosdbDatabaseSettings, Deployment, DynamodbDatabaseSettings } from "./config.ts";

type Databases = Pick<Deployment, "databases">;

export function dynamodbsOf({ databases }: Databases): readonly DynamodbDatabaseSettings[] {
  return databases.filter((database) => database.kind === "dynamodb");
}

export function cosmosdbsOf({ databases }: Databases): readonly CosmosdbDatabaseSettings[] {
  return databases.filter((database) => database.kind === "cosmosdb");
}
