import { readAlarms } from "../../databases/dynamodb/alarms.ts";
import { captureTable } from "../../databases/dynamodb/capture.ts";
import type { DynamodbConnection } from "../../databases/dynamodb/connection.ts";
import { leftToDo } from "../../restore/dynamodb/after-settings.ts";
import type { PlannedTable } from "../../restore/dynamodb/plan.ts";
import { settingsDifferences } from "../../restore/dynamodb/settings.ts";

/** What of its original a restored table does not have, and what people must do; empty where all came back. */
export async function compareSettings(
  connection: DynamodbConnection,
  { name, original }: PlannedTable,
): Promise<readonly string[]> {
  const known = { coordinator: original.coordinator, metadata: original.metadata };
  const now = await captureTable(connection, name, known);
  if (now === undefined) return ["the table is gone"];
  const names = (original.alarms ?? []).map((alarm) => alarm.name);
  const { byTable: alarms } = await readAlarms(connection, names);
  const found = alarms ? { ...now, alarms: alarms.get(name) ?? [] } : now;
  return [...settingsDifferences(original.settings, now.settings), ...leftToDo(original, found)];
}
