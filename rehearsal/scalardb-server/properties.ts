import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** How ScalarDB reaches its DynamoDB: any name and secret will do for one that runs here. */
export interface Storage {
  readonly endpoint: string;
  readonly region?: string;
  /** Put before every table's name, the coordinator's and the metadata table's too. */
  readonly prefix?: string;
}

/** A Java properties file with ScalarDB's storage settings and whatever else is given; answers its path. */
export async function writeProperties(
  dir: string,
  name: string,
  storage: Storage,
  more: Readonly<Record<string, string | number>> = {},
): Promise<string> {
  const properties = {
    "scalar.db.storage": "dynamo",
    "scalar.db.contact_points": storage.region ?? "us-east-1",
    "scalar.db.username": "local",
    "scalar.db.password": "local",
    "scalar.db.dynamo.endpoint_override": storage.endpoint,
    ...(storage.prefix === undefined ? {} : { "scalar.db.dynamo.namespace.prefix": storage.prefix }),
    ...more,
  };
  const path = join(dir, `${name}.properties`);
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(path, lines.join(""));
  return path;
}
