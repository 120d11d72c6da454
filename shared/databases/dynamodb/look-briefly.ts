import { ScanCommand } from "@aws-sdk/client-dynamodb";
import type { SeenTable } from "../../restore/dynamodb/ways-back.ts";
import type { Span } from "../../verify/subject.ts";
import { COMMITTED } from "../../verify/transaction-row.ts";
import { describeTable, eachListed, type Naming, replicasOf } from "./capture.ts";
import type { DynamodbConnection } from "./connection.ts";
import { attempt } from "./refusal.ts";
import { readRecovery } from "./settings/recovery.ts";

interface Seen {
  readonly tables: readonly SeenTable[];
  readonly missing: readonly string[];
}

/** Which tables there are and how far back each can be restored: for a person who waits, so it gives up soon. */
export async function lookBriefly(
  { dynamodbBriefly, ...others }: DynamodbConnection,
  naming: Naming,
  signal: AbortSignal,
): Promise<Seen> {
  const connection = { ...others, dynamodbBriefly, dynamodb: dynamodbBriefly };
  return eachListed(connection, naming, async (name, known) => {
    signal.throwIfAborted();
    const table = await describeTable(connection, name);
    if (table === undefined) return undefined;
    const { coverage } = await readRecovery(connection, name);
    const replicas = replicasOf(connection, table);
    const { ReadCapacityUnits: readUnits = 0 } = table.ProvisionedThroughput ?? {};
    return {
      name,
      id: table.TableId ?? "",
      ...known,
      bytes: table.TableSizeBytes ?? 0,
      ...(coverage && { coverage }),
      ...(readUnits > 0 && { readUnits }),
      ...(replicas.length > 0 && { replicas }),
    };
  });
}

/**
 * When the transactions of a coordinator in use committed, page by page, those dated in the span alone. Read the cheap
 * way, which may miss the commits of the last moment. Without a signal nobody is in a hurry.
 */
export async function* commitTimes(
  { dynamodb, dynamodbBriefly }: DynamodbConnection,
  coordinator: string,
  { fromMs, toMs }: Span,
  abortSignal?: AbortSignal,
): AsyncGenerator<readonly number[]> {
  let start: ScanCommand["input"]["ExclusiveStartKey"];
  do {
    const command = new ScanCommand({
      TableName: coordinator,
      ProjectionExpression: "tx_created_at",
      FilterExpression: "tx_state = :committed AND tx_created_at BETWEEN :from AND :to",
      ExpressionAttributeValues: {
        ":committed": { N: String(COMMITTED) },
        ":from": { N: String(fromMs) },
        ":to": { N: String(toMs) },
      },
      ...(start && { ExclusiveStartKey: start }),
    });
    const { Items = [], LastEvaluatedKey } = await attempt("read table", coordinator, () =>
      abortSignal ? dynamodbBriefly.send(command, { abortSignal }) : dynamodb.send(command),
    );
    start = LastEvaluatedKey;
    yield Items.map((item) => Number(item["tx_created_at"]?.N));
  } while (start !== undefined);
}
