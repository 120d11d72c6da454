import {
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RehearsalDynamodb, startDynamodb } from "../../../rehearsal/dynamodb/dynamodb.ts";
import { createCatalogTable } from "../../../shared/catalog/dynamodb/create-table.ts";
import { connectCatalog } from "../../../shared/catalog/dynamodb/table.ts";
import { dynamodbStore } from "../../../shared/catalog/dynamodb-store.ts";
import { CREDENTIALS, newTable } from "./new-table.ts";
import "./world.ts";

let dynamodb: RehearsalDynamodb;
let client: DynamoDBClient;
beforeAll(async () => {
  dynamodb = await startDynamodb();
  client = new DynamoDBClient({ region: "us-east-1", endpoint: dynamodb.endpoint, credentials: CREDENTIALS });
});
afterAll(async () => {
  client.destroy();
  await dynamodb.close();
});

async function settingsOf(TableName: string) {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const { ContinuousBackupsDescription } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName }),
  );
  return {
    protected: Table?.DeletionProtectionEnabled,
    billing: Table?.BillingModeSummary?.BillingMode,
    recovery: ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus,
  };
}

const SAFE = { protected: true, billing: "PAY_PER_REQUEST", recovery: "ENABLED" };

test("the table is created with deletion protection and recovery, and a second time nothing is done", async () => {
  const address = { table: "fresh", region: "us-east-1", endpoint: dynamodb.endpoint };
  expect(await createCatalogTable(address)).toEqual({
    created: true,
    deletionProtection: "switched on",
    pointInTimeRecovery: "switched on",
  });
  expect(await settingsOf("fresh")).toEqual(SAFE);
  await dynamodbStore(connectCatalog(address)).write("runs", "r", 1, "absent");
  expect(await createCatalogTable(address)).toEqual({
    created: false,
    deletionProtection: "was on",
    pointInTimeRecovery: "was on",
  });
});

test("a table that is there without them is given both", async () => {
  const address = await newTable(dynamodb.endpoint);
  expect(await createCatalogTable(address)).toMatchObject({
    created: false,
    deletionProtection: "switched on",
    pointInTimeRecovery: "switched on",
  });
  expect(await settingsOf(address.table)).toEqual(SAFE);
});

test("a table of another shape is refused and left as it is", async () => {
  await client.send(
    new CreateTableCommand({
      TableName: "accounts",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "N" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    }),
  );
  const address = { table: "accounts", region: "us-east-1", endpoint: dynamodb.endpoint };
  await expect(createCatalogTable(address)).rejects.toMatchObject({
    code: "CATALOG_UNREADABLE",
    message:
      'cannot use table "accounts" in "us-east-1" for the catalog: its key is id (HASH N), and must be ' +
      "pk (HASH S), sk (RANGE S); nothing was changed. Name another table",
  });
  expect((await settingsOf("accounts")).protected).toBe(false);
});

test("a table that may not be created is refused in the service's own words", async () => {
  dynamodb.faults.deny(["CreateTable"]);
  const address = { table: "denied", region: "us-east-1", endpoint: dynamodb.endpoint };
  await expect(createCatalogTable(address)).rejects.toMatchObject({
    code: "CATALOG_UNREADABLE",
    message: expect.stringContaining("dynamodb:CreateTable"),
  });
  dynamodb.faults.deny([]);
});
