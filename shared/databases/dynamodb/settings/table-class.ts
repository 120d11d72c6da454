import { type TableClass, type TableDescription, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import type { TableSettings } from "../../../restore/dynamodb/captured.ts";
import type { Changing } from "./change.ts";

/** A table that was always of the standard class says nothing of it. */
export function tableClassOf({ TableClassSummary: summary }: TableDescription): string {
  return summary?.TableClass ?? "STANDARD";
}

export async function putTableClassBack(
  { connection, table, change, settled }: Changing,
  { tableClass }: TableSettings,
): Promise<void> {
  if (tableClass === undefined || tableClass === table.settings.tableClass) return;
  const command = new UpdateTableCommand({ TableName: table.name, TableClass: tableClass as TableClass });
  await change("the table class", () => connection.dynamodb.send(command));
  await settled();
}
