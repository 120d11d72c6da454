import {
  type AttributeValue,
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import { afterEach, expect } from "vitest";
import { Backend } from "../../../rehearsal/dynamodb/backend.ts";
import {
  type RehearsalDynamodb,
  type RehearsalDynamodbOptions,
  startDynamodb,
} from "../../../rehearsal/dynamodb/dynamodb.ts";
import type { Pace } from "../../../rehearsal/dynamodb/pace.ts";

/** Nothing takes time but what a test is about; the latest restorable time is as late as in the cloud. */
export const AT_ONCE: Pace = {
  latestDelayMs: 300_000,
  restoreLeastMs: 0,
  restoreMostMs: 0,
  createTableMs: 0,
  deleteTableMs: 0,
  updateTableMs: 0,
  backupMs: 0,
  backupDoubtMs: 0,
  continuousBackupsUnavailableMs: 0,
  settingCooldownMs: 0,
  ttlCooldownMs: 0,
  policySeenMs: 0,
};

/** Long enough for a test to look at a phase, which ends with the database. */
export const FOR_LONG_MS = 3_600_000;

/** Long enough for a few calls on a busy machine, short enough to wait for the end of it. */
export const A_WHILE_MS = 500;

export interface Swift {
  readonly db: RehearsalDynamodb;
  readonly client: DynamoDBClient;
}

const running: Swift[] = [];

afterEach(async () => {
  for (const { db, client } of running.splice(0)) {
    client.destroy();
    await db.close();
  }
});

/**
 * Where this is set, to the URL of a DynamoDB Local say, the same tests hold for that backend; run them with
 * `--no-file-parallelism`, since all share it. Its tables are deleted before each test.
 */
const BACKEND = process.env["REHEARSAL_BACKEND"];

/** A database of its own for the test, and an unchanged AWS client for it. */
export async function start(
  pace: Partial<Pace> = {},
  options: RehearsalDynamodbOptions = {},
): Promise<Swift> {
  if (BACKEND !== undefined) await emptyBackend(BACKEND);
  const backend = BACKEND === undefined ? {} : { backend: BACKEND };
  const db = await startDynamodb({ ...backend, ...options, pace: { ...AT_ONCE, ...pace } });
  const swift = { db, client: clientOf(db) };
  running.push(swift);
  return swift;
}

async function emptyBackend(url: string): Promise<void> {
  const backend = new Backend(url);
  const { TableNames } = await backend.call<{ TableNames: string[] }>("ListTables", {});
  for (const TableName of TableNames) {
    await backend.call("DeleteTable", { TableName });
    await backend.untilGone(TableName, AbortSignal.timeout(10_000));
  }
  await backend.close();
}

export const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };

function clientOf(db: RehearsalDynamodb): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: db.endpoint,
    region: db.region,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
}

const MILLISECOND = 1;

/** Asks until the answer is there. */
export async function until<T>(ask: () => Promise<T | undefined | false>, limitMs = 5_000): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`Not so within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, MILLISECOND));
  }
}

export async function untilActive({ client }: Swift, TableName: string) {
  return until(async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    return Table?.TableStatus === "ACTIVE" && Table;
  });
}

export async function untilGone({ client }: Swift, TableName: string): Promise<void> {
  await until(async () => {
    const error = await client.send(new DescribeTableCommand({ TableName })).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    return error?.name === "ResourceNotFoundException";
  });
}

export const ACCOUNTS: Omit<CreateTableCommandInput, "TableName"> = {
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  BillingMode: "PAY_PER_REQUEST",
};

export async function createTable(
  swift: Swift,
  TableName = "accounts",
  shape: Partial<CreateTableCommandInput> = {},
) {
  await swift.client.send(new CreateTableCommand({ ...ACCOUNTS, ...shape, TableName }));
  return untilActive(swift, TableName);
}

/** A table with point-in-time recovery on. */
export async function createProtectedTable(
  swift: Swift,
  TableName = "accounts",
  shape: Partial<CreateTableCommandInput> = {},
) {
  const table = await createTable(swift, TableName, shape);
  await recover(swift, TableName, true);
  return table;
}

export function recover(
  { client }: Swift,
  TableName: string,
  PointInTimeRecoveryEnabled: boolean,
  RecoveryPeriodInDays?: number,
) {
  const specification = {
    PointInTimeRecoveryEnabled,
    ...(RecoveryPeriodInDays !== undefined && { RecoveryPeriodInDays }),
  };
  return client.send(
    new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification: specification }),
  );
}

export function put({ client }: Swift, id: string, balance: number, TableName = "accounts") {
  return client.send(
    new PutItemCommand({ TableName, Item: { id: { S: id }, balance: { N: String(balance) } } }),
  );
}

export async function balances({ client }: Swift, TableName = "accounts"): Promise<Record<string, number>> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Object.fromEntries(Items.map((item) => [item["id"]?.S, Number(item["balance"]?.N)]));
}

/** All items, in the order of their text, so that two tables can be compared. */
export async function allItems(
  { client }: Swift,
  TableName: string,
): Promise<readonly Record<string, AttributeValue>[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return sorted(Items);
}

export function sorted<T>(items: readonly T[]): readonly T[] {
  return [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Asserts that the database refuses with this exception; answers it for a look at its message. */
export async function refusal(
  call: Promise<unknown>,
  name: string,
): Promise<Error & Record<string, unknown>> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown as Error & Record<string, unknown>,
  );
  expect(error?.name, error?.message).toBe(name);
  return error as Error & Record<string, unknown>;
}

/** Moves the database's clock ahead of the machine's, so that what was just written is covered. */
export function ahead({ db }: Swift, ms: number): void {
  db.setClockOffset(db.now() - Date.now() + ms);
}

/** The start of a whole second of the database's clock. */
export function second(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}
