import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { resolveJars } from "./jars.ts";
import { runJava } from "./java-process.ts";
import { type Storage, writeProperties } from "./properties.ts";

const LOAD_LIMIT_MS = 180_000;

/** A table as ScalarDB's schema file describes it. */
export interface TableSchema {
  readonly transaction: boolean;
  readonly "partition-key": readonly string[];
  readonly "clustering-key": readonly string[];
  readonly columns: Readonly<Record<string, "TEXT" | "INT" | "BIGINT" | "BOOLEAN" | "BLOB">>;
  readonly "secondary-index"?: readonly string[];
}

export interface SchemaLoad {
  readonly storage: Storage;
  readonly dir: string;
  /** By `namespace.table`. */
  readonly tables: Readonly<Record<string, TableSchema>>;
  /** Whether the tables get point-in-time recovery and auto scaling. A bare DynamoDB Local knows neither. */
  readonly settings: "with-pitr-and-scaling" | "bare";
  /** Of Cassandra: on how many nodes each row is. */
  readonly replicationFactor?: number;
}

/** Creates the tables and the coordinator by ScalarDB's own schema loader; answers what it said. */
export async function loadSchema(load: SchemaLoad): Promise<string> {
  const { lib } = await resolveJars("schema-loader");
  const config = await writeProperties(load.dir, "schema-loader", load.storage);
  const schema = join(load.dir, "schema.json");
  await writeFile(schema, JSON.stringify(load.tables, undefined, 2));
  const bare = load.settings === "bare" ? ["--no-backup", "--no-scaling"] : [];
  const { replicationFactor: factor } = load;
  const replicated = factor === undefined ? [] : ["--replication-factor", String(factor)];
  return runJava(
    {
      name: "schema-loader",
      lib,
      main: "com.scalar.db.schemaloader.SchemaLoader",
      args: ["-c", config, "-f", schema, "--coordinator", ...bare, ...replicated],
      jvm: ["-Xmx200m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
      dir: load.dir,
    },
    LOAD_LIMIT_MS,
  );
}
