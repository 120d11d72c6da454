import { UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import type { TableSettings } from "../../../restore/dynamodb/captured.ts";
import type { Changing } from "./change.ts";

export async function putProtectionBack(
  { connection, table, change }: Changing,
  { deletionProtection }: TableSettings,
): Promise<void> {
  if (!deletionProtection || table.settings.deletionProtection) return;
  const command = new UpdateTableCommand({ TableName: table.name, DeletionProtectionEnabled: true });
  await change("the deletion protection", () => connection.dynamodb.send(command));
}
