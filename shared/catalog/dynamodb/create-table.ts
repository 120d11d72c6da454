import { setTimeout as delay } from "node:timers/promises";
import {
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type TableDescription,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import { requestLimits } from "../../aws/request-limits.ts";
import { patiently } from "../../databases/dynamodb/patiently.ts";
import { isRefusal } from "../../databases/dynamodb/refusal.ts";
import { asking, unreadable } from "../parted/failure.ts";
import type { Deed } from "../parted/item-table.ts";
import { dynamodbFailures } from "./failure.ts";
import { hasShape, otherShape, SHAPE } from "./shape.ts";
import type { CatalogAddress } from "./table.ts";

const ASK_AGAIN_MS = 500;
/** It takes seconds. */
const ACTIVE_LIMIT_MS = 180_000;
const TIMEOUTS = requestLimits(3_000, 20_000);

/** What was done to have the table as it should be. */
export interface TableCreation {
  readonly created: boolean;
  readonly deletionProtection: "was on" | "switched on";
  readonly pointInTimeRecovery: "was on" | "switched on";
}

/**
 * Creates the table of a catalog, with deletion protection and point-in-time recovery. What is there already is left
 * alone; a table of another shape is refused.
 */
export async function createCatalogTable(address: CatalogAddress): Promise<TableCreation> {
  const { table: TableName, region, endpoint, profile } = address;
  const client = new DynamoDBClient({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    requestHandler: TIMEOUTS,
  });
  const deed: Deed = { action: "create", subject: "the catalog" };
  try {
    return await asking(dynamodbFailures(address), deed, async () => {
      const created = await create(client, TableName);
      const found = await untilActive(client, address, deed);
      if (!hasShape(found)) throw otherShape(address, "nothing was changed", found);
      const wasProtected = !created && found.DeletionProtectionEnabled === true;
      if (found.DeletionProtectionEnabled !== true)
        await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
      return {
        created,
        deletionProtection: wasProtected ? "was on" : "switched on",
        pointInTimeRecovery: (await switchRecoveryOn(client, TableName)) ? "switched on" : "was on",
      };
    });
  } finally {
    client.destroy();
  }
}

async function create(client: DynamoDBClient, TableName: string): Promise<boolean> {
  const command = new CreateTableCommand({
    TableName,
    ...SHAPE,
    BillingMode: "PAY_PER_REQUEST",
    DeletionProtectionEnabled: true,
  });
  try {
    await client.send(command);
    return true;
  } catch (error) {
    if (isRefusal(error, "ResourceInUseException")) return false;
    throw error;
  }
}

async function untilActive(
  client: DynamoDBClient,
  address: CatalogAddress,
  deed: Deed,
): Promise<TableDescription> {
  const startedMs = performance.now();
  for (;;) {
    const { Table = {} } = await client.send(new DescribeTableCommand({ TableName: address.table }));
    if (Table.TableStatus === "ACTIVE") return Table;
    if (performance.now() - startedMs > ACTIVE_LIMIT_MS)
      throw unreadable(
        dynamodbFailures(address),
        deed,
        `it is still ${Table.TableStatus} after ${ACTIVE_LIMIT_MS / 1000} s; repeat the command`,
      );
    await delay(ASK_AGAIN_MS);
  }
}

/** Whether it had to be switched on: switching on what is on is harmless, but says nothing. */
async function switchRecoveryOn(client: DynamoDBClient, TableName: string): Promise<boolean> {
  const described = await patiently(NOT_YET, () =>
    client.send(new DescribeContinuousBackupsCommand({ TableName })),
  );
  const { PointInTimeRecoveryDescription: recovery } = described.ContinuousBackupsDescription ?? {};
  if (recovery?.PointInTimeRecoveryStatus === "ENABLED") return false;
  const command = new UpdateContinuousBackupsCommand({
    TableName,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  await patiently(NOT_YET, () => client.send(command));
  return true;
}

/** A new table has no continuous backups for some seconds. */
const NOT_YET = ["ContinuousBackupsUnavailableException", "TableNotFoundException"];
