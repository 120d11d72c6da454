import { ListTagsOfResourceCommand, TagResourceCommand } from "@aws-sdk/client-dynamodb";
import type { TableSettings } from "../../../restore/dynamodb/captured.ts";
import type { DynamodbConnection } from "../connection.ts";
import { attempt } from "../refusal.ts";
import type { Changing } from "./change.ts";

/** Far more pages than a table may have tags. */
const MOST_PAGES = 20;
/** Tags of AWS' own, as CloudFormation puts them: they are listed like any other, but nobody else can set them. */
const RESERVED = "aws:";

export async function readTags(
  { dynamodb }: DynamodbConnection,
  table: string,
  arn: string,
): Promise<{ readonly tags: Record<string, string>; readonly reserved: readonly string[] }> {
  const tags: Record<string, string> = {};
  const reserved: string[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await attempt("list the tags of table", table, () =>
      dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: arn, ...(next && { NextToken: next }) })),
    );
    for (const { Key = "", Value = "" } of answer.Tags ?? [])
      if (Key.startsWith(RESERVED)) reserved.push(Key);
      else tags[Key] = Value;
    next = answer.NextToken;
    if (next === undefined) break;
  }
  return { tags, reserved };
}

export async function putTagsBack(
  { connection, table, change }: Changing,
  wanted: TableSettings,
): Promise<void> {
  const tags = Object.entries(wanted.tags).map(([Key, Value]) => ({ Key, Value }));
  if (tags.length === 0) return;
  const command = new TagResourceCommand({ ResourceArn: table.arn, Tags: tags });
  await change("the tags", () => connection.dynamodb.send(command));
}
