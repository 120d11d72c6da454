import { type TableDescription, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import type { TableSettings } from "../../../restore/dynamodb/captured.ts";
import { billingDifferences } from "../../../restore/dynamodb/settings.ts";
import type { Changing } from "./change.ts";

type Billing = Pick<TableSettings, "billing" | "capacity" | "indexCapacity">;
type Capacity = NonNullable<TableSettings["capacity"]>;

export function billingOf(table: TableDescription): Billing {
  if (table.BillingModeSummary?.BillingMode === "PAY_PER_REQUEST")
    return { billing: "PAY_PER_REQUEST", indexCapacity: {} };
  const indexes = table.GlobalSecondaryIndexes ?? [];
  return {
    billing: "PROVISIONED",
    capacity: capacityOf(table.ProvisionedThroughput),
    indexCapacity: Object.fromEntries(
      indexes.map((index) => [index.IndexName ?? "", capacityOf(index.ProvisionedThroughput)]),
    ),
  };
}

function capacityOf(throughput: TableDescription["ProvisionedThroughput"]): Capacity {
  return { read: throughput?.ReadCapacityUnits ?? 0, write: throughput?.WriteCapacityUnits ?? 0 };
}

export async function putBillingBack(changing: Changing, wanted: TableSettings): Promise<void> {
  const { connection, table, change, settled } = changing;
  if (billingDifferences(wanted, table.settings).length === 0) return;
  await change("the billing mode", () => connection.dynamodb.send(billingCommand(changing, wanted)));
  await settled();
}

/** The service refuses to set a capacity to what it is, so only what changes is sent. */
function billingCommand({ table }: Changing, wanted: TableSettings): UpdateTableCommand {
  const { name, settings: found } = table;
  const { billing, capacity, indexCapacity } = wanted;
  if (billing === "PAY_PER_REQUEST") return new UpdateTableCommand({ TableName: name, BillingMode: billing });
  const updates = Object.entries(indexCapacity)
    .filter(([index, wish]) => !isSame(wish, found.indexCapacity[index]))
    .map(([IndexName, wish]) => ({ Update: { IndexName, ProvisionedThroughput: throughput(wish) } }));
  return new UpdateTableCommand({
    TableName: name,
    ...(billing !== found.billing && { BillingMode: billing }),
    ...(capacity && !isSame(capacity, found.capacity) && { ProvisionedThroughput: throughput(capacity) }),
    ...(updates.length > 0 && { GlobalSecondaryIndexUpdates: updates }),
  });
}

function isSame(wanted: Capacity, found: Capacity | undefined): boolean {
  return wanted.read === found?.read && wanted.write === found.write;
}

function throughput({ read, write }: Capacity) {
  return { ReadCapacityUnits: read, WriteCapacityUnits: write };
}
