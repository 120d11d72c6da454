import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SqlServerEndpoint } from "../ledger/jdbc/endpoint.ts";

/** How ScalarDB reaches its database. */
export type Storage = DynamodbStorage | JdbcStorage | CassandraStorage;

/** Any name and secret will do for a DynamoDB that runs here. */
interface DynamodbStorage {
  readonly endpoint: string;
  readonly region?: string;
  /** Put before every table's name, the coordinator's and the metadata table's too. */
  readonly prefix?: string;
}

interface JdbcStorage {
  readonly kind: "jdbc";
  readonly server: SqlServerEndpoint;
}

interface CassandraStorage {
  readonly kind: "cassandra";
  readonly contactPoints: readonly string[];
  readonly port: number;
}

/** A Java properties file with ScalarDB's storage settings and whatever else is given; answers its path. */
export async function writeProperties(
  dir: string,
  name: string,
  storage: Storage,
  more: Readonly<Record<string, string | number>> = {},
): Promise<string> {
  const path = join(dir, `${name}.properties`);
  const lines = Object.entries({ ...storageProperties(storage), ...more }).map(
    ([key, value]) => `${key}=${value}\n`,
  );
  // It may have a password in it.
  await writeFile(path, lines.join(""), { mode: 0o600 });
  return path;
}

function storageProperties(storage: Storage): Readonly<Record<string, string | number>> {
  if ("kind" in storage)
    return storage.kind === "jdbc" ? jdbcProperties(storage.server) : cassandraProperties(storage);
  const { endpoint, region = "us-east-1", prefix } = storage;
  return {
    "scalar.db.storage": "dynamo",
    "scalar.db.contact_points": region,
    "scalar.db.username": "local",
    "scalar.db.password": "local",
    "scalar.db.dynamo.endpoint_override": endpoint,
    ...(prefix === undefined ? {} : { "scalar.db.dynamo.namespace.prefix": prefix }),
  };
}

/** By default ScalarDB opens twenty connections at once, to each of three pools. */
const FEW_CONNECTIONS = {
  "scalar.db.jdbc.connection_pool.min_idle": 2,
  "scalar.db.jdbc.table_metadata.connection_pool.min_idle": 1,
  "scalar.db.jdbc.admin.connection_pool.min_idle": 1,
};

function jdbcProperties({ engine, host, port, database = "", user, password }: SqlServerEndpoint) {
  return {
    "scalar.db.storage": "jdbc",
    "scalar.db.contact_points": `jdbc:${engine}://${host}:${port}/${database}`,
    "scalar.db.username": user,
    "scalar.db.password": password,
    ...FEW_CONNECTIONS,
  };
}

function cassandraProperties({ contactPoints, port }: CassandraStorage) {
  return {
    "scalar.db.storage": "cassandra",
    "scalar.db.contact_points": contactPoints.join(","),
    "scalar.db.contact_port": port,
  };
}
