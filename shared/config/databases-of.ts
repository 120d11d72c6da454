import type {
  CassandraDatabaseSettings,
  CosmosdbDatabaseSettings,
  DatabaseSettings,
  Deployment,
  DynamodbDatabaseSettings,
  FlexibleServerService,
  JdbcDatabaseSettings,
  RdsService,
} from "./config.ts";

type Databases = Pick<Deployment, "databases">;

export function dynamodbsOf({ databases }: Databases): readonly DynamodbDatabaseSettings[] {
  return databases.filter((database) => database.kind === "dynamodb");
}

export function cosmosdbsOf({ databases }: Databases): readonly CosmosdbDatabaseSettings[] {
  return databases.filter((database) => database.kind === "cosmosdb");
}

/** Servers that are backed up by dumps. A deployment has nothing else beside them. */
export function jdbcsOf({ databases }: Databases): readonly JdbcDatabaseSettings[] {
  return databases.filter((database) => database.kind === "jdbc");
}

/** Of AWS, where its databases are restored by the service. */
export function rdsServersOf({ databases }: Databases): readonly RdsService[] {
  return databases.flatMap((database) => {
    const service = database.kind === "managed" ? database.service : undefined;
    return service?.kind === "rds" || service?.kind === "aurora" ? [service] : [];
  });
}

/** Of Azure, where its databases are restored by the service. */
export function flexibleServersOf({ databases }: Databases): readonly FlexibleServerService[] {
  return databases.flatMap((database) => {
    const service = database.kind === "managed" ? database.service : undefined;
    return service?.kind === "azure-postgresql" || service?.kind === "azure-mysql" ? [service] : [];
  });
}

export function cassandrasOf({ databases }: Databases): readonly CassandraDatabaseSettings[] {
  return databases.filter((database) => database.kind === "cassandra");
}

/** A cluster without Cassy is there to be read only: its snapshots are taken by commands of the operator's. */
export function leavesSomething(database: DatabaseSettings): boolean {
  return database.kind !== "cassandra" || database.cassy !== undefined;
}
