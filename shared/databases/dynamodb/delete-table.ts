import { DeleteTableCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { describeTable } from "./capture.ts";
import type { DynamodbConnection } from "./connection.ts";
import { patiently } from "./patiently.ts";
import { attempt, isRefusal } from "./refusal.ts";

interface Doomed {
  readonly name: string;
  readonly id?: string;
}

/**
 * Deletes a table only while it has the expected id, so that a name alone never decides what is deleted: asked
 * before every call, repeated ones too. One that is gone or going already is fine: an earlier try of this step.
 * Deletion protection is switched off first, as the plan says.
 */
export async function deleteTable(connection: DynamodbConnection, table: Doomed): Promise<void> {
  await attempt("delete table", table.name, () =>
    patiently(["ResourceInUseException"], () => deleteOnce(connection, table)),
  );
}

async function deleteOnce(connection: DynamodbConnection, { name, id }: Doomed): Promise<void> {
  const table = await describeTable(connection, name);
  if (table === undefined || table.TableStatus === "DELETING") return;
  if (id !== undefined && table.TableId !== id)
    throw new StillpointError(
      "PLAN_OUTDATED",
      `table "${name}" was not deleted: its id is "${table.TableId}", the plan has "${id}"`,
    );
  if (table.DeletionProtectionEnabled) await unprotect(connection, name);
  try {
    await connection.dynamodb.send(new DeleteTableCommand({ TableName: name }));
  } catch (error) {
    if (!isRefusal(error, "ResourceNotFoundException")) throw error;
  }
}

/** The service allows one change of the protection in 15 seconds. */
async function unprotect({ dynamodb }: DynamodbConnection, name: string): Promise<void> {
  const command = new UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: false });
  await patiently(["ThrottlingException", "ResourceInUseException"], () => dynamodb.send(command));
}
