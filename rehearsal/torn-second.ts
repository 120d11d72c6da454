import { setTimeout as delay } from "node:timers/promises";
import { DescribeTableCommand, RestoreTableToPointInTimeCommand } from "@aws-sdk/client-dynamodb";
import type { DynamodbDatabaseSettings } from "../shared/config/config.ts";
import { dynamodbsOf } from "../shared/config/databases-of.ts";
import { loadConfig } from "../shared/config/load-config.ts";
import { listedTables, metadataTableOf } from "../shared/databases/dynamodb/capture.ts";
import type { MappedTable } from "../shared/databases/dynamodb/row-schema.ts";
import { dynamoRows } from "../shared/databases/dynamodb/rows.ts";
import { namespacesOf } from "../shared/deployment/open-deployment.ts";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { summarize } from "../shared/verify/summary.ts";
import { verifyCopy } from "../shared/verify/verify-copy.ts";
import type { Totals } from "./ledger/totals.ts";
import type { RehearsalWorld } from "./rehearsal-world.ts";

const SUFFIX = ".plain";
const LOOK_EVERY_MS = 200;
const LIMIT_MS = 60_000;
const LINES = 4;
/** Enough seconds under load to meet a torn one: most are. */
const MOST_TRIES = 3;

/**
 * What somebody gets who restores every table to the same second without a pause: DynamoDB promises no single
 * instant inside it, and transactions were under way. Tries a few seconds until one is torn.
 */
export async function tornSecond(
  world: RehearsalWorld,
  second: number,
  whole: Totals,
): Promise<readonly string[]> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const lines = await plainRestore(world, second - tries, `${SUFFIX}${tries}`, whole);
    if (lines !== undefined) return lines;
  }
  return [
    `Of ${MOST_TRIES} seconds under load none was torn this time: luck, which nobody should plan with.`,
  ];
}

async function plainRestore(
  world: RehearsalWorld,
  second: number,
  suffix: string,
  whole: Totals,
): Promise<readonly string[] | undefined> {
  const database = databaseOf(world);
  const listed = await listedTables({ dynamodb: world.client }, metadataTableOf(database));
  const names = [...listed.keys()];
  await Promise.all(names.map((name) => restoreTo(world, name, name + suffix, second)));
  const mapped = [...listed].map(([name, metadata]) => ({ metadata, physicalName: name + suffix }));
  const namespaces = namespacesOf(database);
  const naming = { prefix: database.prefix, namespaces };
  const source = dynamoRows(world.client, mapped as readonly MappedTable[], naming);
  const subject = { kind: "restored", atSecond: second } as const;
  const report = await verifyCopy({ sources: [source], subject, namespaces });
  const sums = await sumsOf(world, suffix, whole);
  if (sums.length === 0 && report.proof.kind !== "disproven") return undefined;
  const time = new Date(second * 1000).toISOString();
  return [
    `All ${names.length} tables restored to ${time}, a second under load:`,
    ...sums,
    ...(report.proof.kind === "disproven" ? summarize(report).slice(0, LINES) : NOT_SEEN),
  ];
}

/** Of a user table's half transactions the rows by themselves show few; the money shows them all the same. */
const NOT_SEEN = [
  "Verification cannot tell from this copy alone: its rows hide that, and there was no pause to hold them against.",
];

/** One line where the money does not add up. */
async function sumsOf(world: RehearsalWorld, suffix: string, whole: Totals): Promise<readonly string[]> {
  const { assets, balance } = await world.totals((name) => world.names(name) + suffix);
  if (balance === whole.balance && assets === whole.assets) return [];
  const { things } = world.words;
  return [
    `${assets} ${things} with ${balance} in all: at no moment were there other than ${whole.assets} with ${whole.balance}.`,
  ];
}

function databaseOf({ config }: RehearsalWorld): DynamodbDatabaseSettings {
  const [database] = loadConfig(config, {}).deployments.flatMap(dynamodbsOf);
  if (database !== undefined) return database;
  throw new StillpointError("REHEARSAL_FAILED", `"${config}" names no database`);
}

async function restoreTo(world: RehearsalWorld, name: string, target: string, second: number): Promise<void> {
  const { client } = world;
  const RestoreDateTime = new Date(second * 1000);
  const input = { SourceTableName: name, TargetTableName: target, RestoreDateTime };
  await client.send(new RestoreTableToPointInTimeCommand(input));
  await untilActive(world, target);
}

async function untilActive({ client }: RehearsalWorld, name: string): Promise<void> {
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
