import { setTimeout as delay } from "node:timers/promises";
import { GetResourcePolicyCommand, PutResourcePolicyCommand } from "@aws-sdk/client-dynamodb";
import type { TableSettings } from "../../../restore/dynamodb/captured.ts";
import { isSamePolicy } from "../../../restore/dynamodb/resource-policy.ts";
import type { DynamodbConnection } from "../connection.ts";
import { attempt, isRefusal } from "../refusal.ts";
import type { Changing } from "./change.ts";
import { readOrNote } from "./unread.ts";

/** The policy of a table or of its stream; null where there is none. */
export async function readPolicy({ dynamodb }: DynamodbConnection, arn: string): Promise<string | null> {
  return attempt("get the resource policy of", arn, async () => {
    try {
      return (await dynamodb.send(new GetResourcePolicyCommand({ ResourceArn: arn }))).Policy ?? null;
    } catch (error) {
      if (isRefusal(error, "PolicyNotFoundException")) return null;
      throw error;
    }
  });
}

const LOOK_EVERY_MS = 250;
/** The service answers with the policy of before for some seconds. */
const SEEN_WITHIN_MS = 30_000;

/** Last of all: a policy may forbid what the others need. */
export async function putPolicyBack(
  { connection, table, change }: Changing,
  { policy }: TableSettings,
): Promise<void> {
  const found = table.settings.policy ?? null;
  if (policy === undefined || policy === null || isSamePolicy(policy, found)) return;
  const command = new PutResourcePolicyCommand({ ResourceArn: table.arn, Policy: policy });
  const taken = await change("the resource policy", () => connection.dynamodb.send(command));
  if (taken) await untilSeen(connection, table.arn, policy);
}

/** What is not seen in the end, or not to be seen, is for the comparison to tell. */
async function untilSeen(connection: DynamodbConnection, arn: string, policy: string): Promise<void> {
  const started = performance.now();
  while (performance.now() - started < SEEN_WITHIN_MS) {
    const seen = await readOrNote([], "the policy", () => readPolicy(connection, arn));
    if (seen === undefined || isSamePolicy(seen, policy)) return;
    await delay(LOOK_EVERY_MS);
  }
}
