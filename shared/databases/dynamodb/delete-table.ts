import { DeleteTableCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { describeTable } from "./capture.ts";
import type { DynamodbConnection } from "./connection.ts";
import { patiently } from "./patiently.ts";
import { attempt, isRefusal, isUnanswered } from "./refusal.ts";

interface Doomed {
  readonly name: string;
  readonly id?: string;
  /** Throws where the table must stay. Asked right before every change, repeated ones too. */
  readonly guard?: () => Promise<void>;
}

const PASSING = [
  "ResourceInUseException",
  "ThrottlingException",
  "LimitExceededException",
  "InternalServerError",
] as const;

/**
 * Deletes a table only while it has the expected id, so that a name alone never decides what is deleted: asked
 * before every call, repeated ones too. One that is gone or going already is fine: an earlier try of this step.
 * Deletion protection is switched off first, as the plan says.
 */
export async function deleteTable(connection: DynamodbConnection, table: Doomed): Promise<void> {
  const passes = (error: unknown) => isUnanswered(error) || isRefusal(error, ...PASSING);
  await attempt("delete table", table.name, () => patiently(passes, () => deleteOnce(connection, table)));
}

async function deleteOnce(
  connection: DynamodbConnection,
  { name, id, guard = async () => undefined }: Doomed,
): Promise<void> {
  const table = await describeTable(connection, name);
  if (table === undefined || table.TableStatus === "DELETING") return;
  if (id !== undefined && table.TableId !== id)
    throw new StillpointError(
      "RESTORE_BLOCKED",
      `table "${name}" was not deleted: its id is "${table.TableId}", the plan has "${id}". Somebody made it: move what it holds elsewhere and delete it yourself, then resume the run`,
    );
  if (table.DeletionProtectionEnabled) {
    await guard();
    await protect(connection, name, false);
  }
  await guard();
  try {
    await connection.dynamodbOnce.send(new DeleteTableCommand({ TableName: name }));
  } catch (error) {
    if (!isRefusal(error, "ResourceNotFoundException")) throw error;
  }
}

/** The service allows one change of the protection in 15 seconds. */
async function protect({ dynamodb }: DynamodbConnection, name: string, enabled: boolean): Promise<void> {
  const command = new UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: enabled });
  await patiently(["ThrottlingException", "ResourceInUseException"], () => dynamodb.send(command));
}

/** What was switched off for a deletion that never came. */
export async function protectAgain(connection: DynamodbConnection, name: string): Promise<void> {
  await attempt("switch on the deletion protection of table", name, async () => {
    const table = await describeTable(connection, name);
    if (table !== undefined && !table.DeletionProtectionEnabled) await protect(connection, name, true);
  });
}
