import { setTimeout as delay } from "node:timers/promises";
import {
  DescribeTableCommand,
  type DynamoDBClient,
  RestoreTableToPointInTimeCommand,
} from "@aws-sdk/client-dynamodb";
import type { DynamodbDatabaseSettings } from "../shared/config/config.ts";
import { dynamodbsOf } from "../shared/config/databases-of.ts";
import { loadConfig } from "../shared/config/load-config.ts";
import { listedTables, metadataTableOf } from "../shared/databases/dynamodb/capture.ts";
import type { MappedTable } from "../shared/databases/dynamodb/row-schema.ts";
import { dynamoRows } from "../shared/databases/dynamodb/rows.ts";
import { namespacesOf } from "../shared/deployment/open-deployment.ts";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { verifyCopy } from "../shared/verify/verify-copy.ts";
import type { TableNames, Totals } from "./ledger/totals.ts";
import type { PlainCopy } from "./rehearsal-world.ts";

interface Tables {
  readonly config: string;
  readonly client: DynamoDBClient;
  readonly names: TableNames;
  readonly totals: (names: TableNames) => Promise<Totals>;
}

const SUFFIX = ".plain";
const LOOK_EVERY_MS = 200;
const LIMIT_MS = 60_000;

/** Every table to the same second: DynamoDB promises no single instant inside it. */
export async function plainTables(tables: Tables, second: number, tries: number): Promise<PlainCopy> {
  const { client, config, names } = tables;
  const database = databaseOf(config);
  const listed = await listedTables({ dynamodb: client }, metadataTableOf(database));
  const suffix = `${SUFFIX}${tries}`;
  await Promise.all([...listed.keys()].map((name) => restoreTo(client, name, name + suffix, second)));
  const mapped = [...listed].map(([name, metadata]) => ({ metadata, physicalName: name + suffix }));
  const namespaces = namespacesOf(database);
  const naming = { prefix: database.prefix, namespaces };
  const source = dynamoRows(client, mapped as readonly MappedTable[], naming);
  const subject = { kind: "restored", atSecond: second } as const;
  return {
    what: `All ${listed.size} tables restored to ${new Date(second * 1000).toISOString()}, a second under load:`,
    totals: await tables.totals((name) => names(name) + suffix),
    report: await verifyCopy({ sources: [source], subject, namespaces }),
    contradictions: [],
    remarks: [],
  };
}

function databaseOf(config: string): DynamodbDatabaseSettings {
  const [database] = loadConfig(config, {}).deployments.flatMap(dynamodbsOf);
  if (database !== undefined) return database;
  throw new StillpointError("REHEARSAL_FAILED", `"${config}" names no database`);
}

async function restoreTo(
  client: DynamoDBClient,
  name: string,
  target: string,
  second: number,
): Promise<void> {
  const RestoreDateTime = new Date(second * 1000);
  const input = { SourceTableName: name, TargetTableName: target, RestoreDateTime };
  await client.send(new RestoreTableToPointInTimeCommand(input));
  await untilActive(client, target);
}

async function untilActive(client: DynamoDBClient, name: string): Promise<void> {
  const started = performance.now();
  while (performance.now() - started < LIMIT_MS) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    if (Table?.TableStatus === "ACTIVE") return;
    await delay(LOOK_EVERY_MS);
  }
  throw new StillpointError(
    "REHEARSAL_FAILED",
    `table "${name}" did not become active within ${LIMIT_MS} ms`,
  );
}
