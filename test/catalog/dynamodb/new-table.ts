import { randomUUID } from "node:crypto";
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import type { CatalogAddress } from "../../../shared/catalog/dynamodb/table.ts";

export const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };

/** A new, empty table for one test, at the endpoint of a DynamoDB that runs here. */
export async function newTable(endpoint: string): Promise<CatalogAddress> {
  const address = { table: `catalog-${randomUUID()}`, region: "us-east-1", endpoint };
  const client = new DynamoDBClient({ ...address, credentials: CREDENTIALS });
  await client.send(
    new CreateTableCommand({
      TableName: address.table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    }),
  );
  const wait = { client, minDelay: 0.05, maxDelay: 0.05, maxWaitTime: 20 };
  await waitUntilTableExists(wait, { TableName: address.table });
  client.destroy();
  return address;
}
