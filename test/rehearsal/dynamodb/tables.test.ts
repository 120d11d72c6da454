import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ExecuteStatementCommand,
  GetItemCommand,
  GetResourcePolicyCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
  QueryCommand,
  RestoreTableToPointInTimeCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import {
  A_WHILE_MS,
  ACCOUNTS,
  balances,
  createProtectedTable,
  createTable,
  FOR_LONG_MS,
  put,
  refusal,
  start,
  until,
  untilActive,
  untilGone,
} from "./swift.ts";

const ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/accounts";

test("a table that is being created is described and listed, but takes no items", async () => {
  const swift = await start({ createTableMs: FOR_LONG_MS });
  const { TableDescription } = await swift.client.send(
    new CreateTableCommand({ ...ACCOUNTS, TableName: "accounts" }),
  );
  expect(TableDescription).toMatchObject({ TableStatus: "CREATING", TableArn: ARN });
  const { TableNames } = await swift.client.send(new ListTablesCommand({}));
  expect(TableNames).toEqual(["accounts"]);
  await refusal(put(swift, "a", 1), "ResourceNotFoundException");
  await refusal(
    swift.client.send(new DeleteTableCommand({ TableName: "accounts" })),
    "ResourceInUseException",
  );
  await refusal(
    swift.client.send(new CreateTableCommand({ ...ACCOUNTS, TableName: "accounts" })),
    "ResourceInUseException",
  );
});

test("a table created again under its name has another id, a later birth and no history", async () => {
  const swift = await start();
  const first = await createProtectedTable(swift);
  await put(swift, "a", 1);
  await swift.client.send(new DeleteTableCommand({ TableName: "accounts" }));
  await untilGone(swift, "accounts");
  swift.db.setClockOffset(60_000);
  const second = await createProtectedTable(swift);

  expect(second.TableId).not.toBe(first.TableId);
  expect(second.CreationDateTime?.getTime()).toBeGreaterThan(
    first.CreationDateTime?.getTime() ?? Number.POSITIVE_INFINITY,
  );
  expect(swift.db.journalOf("accounts")).toEqual([]);
  await refusal(
    swift.client.send(
      new RestoreTableToPointInTimeCommand({
        SourceTableName: "accounts",
        TargetTableName: "copy",
        RestoreDateTime: first.CreationDateTime,
      }),
    ),
    "InvalidRestoreTimeException",
  );
});

test("a table that is being deleted is still described, takes no items, and may be deleted again", async () => {
  const swift = await start({ deleteTableMs: FOR_LONG_MS });
  await createTable(swift);
  for (let n = 0; n < 2; n++) {
    const { TableDescription } = await swift.client.send(new DeleteTableCommand({ TableName: "accounts" }));
    expect(TableDescription?.TableStatus).toBe("DELETING");
  }
  await refusal(put(swift, "a", 1), "ResourceNotFoundException");
  await refusal(
    swift.client.send(new CreateTableCommand({ ...ACCOUNTS, TableName: "accounts" })),
    "ResourceInUseException",
  );
});

test("a protected table cannot be deleted until its protection is lifted, and that has a cooldown", async () => {
  const swift = await start({ settingCooldownMs: A_WHILE_MS });
  await createTable(swift, "accounts", { DeletionProtectionEnabled: true });
  const protect = (DeletionProtectionEnabled: boolean) =>
    swift.client.send(new UpdateTableCommand({ TableName: "accounts", DeletionProtectionEnabled }));
  const remove = () => swift.client.send(new DeleteTableCommand({ TableName: "accounts" }));

  const error = await refusal(remove(), "ValidationException");
  expect(error.message).toBe(
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
  );
  await protect(false);
  await refusal(protect(true), "ThrottlingException");
  await until(() => protect(true).catch(() => undefined));
  await refusal(remove(), "ValidationException");
});

test("operations of items and tables take an ARN for a name", async () => {
  const swift = await start();
  await createTable(swift);
  const { client } = swift;
  const Key = { id: { S: "a" } };
  await put(swift, "a", 1, ARN);
  await client.send(
    new UpdateItemCommand({
      TableName: ARN,
      Key,
      UpdateExpression: "ADD balance :n",
      ExpressionAttributeValues: { ":n": { N: "1" } },
    }),
  );
  await client.send(
    new BatchWriteItemCommand({ RequestItems: { [ARN]: [{ PutRequest: { Item: { id: { S: "b" } } } }] } }),
  );
  const { Item } = await client.send(new GetItemCommand({ TableName: ARN, Key }));
  const { Responses } = await client.send(
    new BatchGetItemCommand({ RequestItems: { [ARN]: { Keys: [Key] } } }),
  );
  const { Count } = await client.send(
    new QueryCommand({
      TableName: ARN,
      KeyConditionExpression: "id = :a",
      ExpressionAttributeValues: { ":a": { S: "b" } },
    }),
  );
  const { Table } = await client.send(new DescribeTableCommand({ TableName: ARN }));
  expect(Item?.["balance"]).toEqual({ N: "2" });
  expect(Responses).toEqual({ [ARN]: [{ id: { S: "a" }, balance: { N: "2" } }] });
  expect(Count).toBe(1);
  expect(Table?.TableName).toBe("accounts");
  await client.send(new DeleteTableCommand({ TableName: ARN }));
  await untilGone(swift, "accounts");
});

test("missing tables are refused as the service refuses them", async () => {
  const { client } = await start();
  await refusal(client.send(new DescribeTableCommand({ TableName: "nobody" })), "ResourceNotFoundException");
  await refusal(client.send(new DeleteTableCommand({ TableName: "nobody" })), "ResourceNotFoundException");
  await refusal(
    client.send(new PutItemCommand({ TableName: "nobody", Item: { id: { S: "a" } } })),
    "ResourceNotFoundException",
  );
  await refusal(
    client.send(new UpdateTableCommand({ TableName: "nobody", TableClass: "STANDARD" })),
    "ResourceNotFoundException",
  );
  await refusal(
    client.send(new DescribeTimeToLiveCommand({ TableName: "nobody" })),
    "ResourceNotFoundException",
  );
});

test("what would write behind the journal's back is refused", async () => {
  const { client } = await start();
  await refusal(
    client.send(new ExecuteStatementCommand({ Statement: "SELECT * FROM a" })),
    "UnknownOperationException",
  );
});

test("the list of tables comes in pages and holds restored ones", async () => {
  const swift = await start();
  await createProtectedTable(swift, "bbb");
  await createTable(swift, "a.b");
  await swift.client.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: "bbb",
      TargetTableName: "c.c",
      UseLatestRestorableTime: true,
    }),
  );
  const first = await swift.client.send(new ListTablesCommand({ Limit: 2 }));
  const rest = await swift.client.send(
    new ListTablesCommand({ ExclusiveStartTableName: first.LastEvaluatedTableName }),
  );
  expect([first.TableNames, rest.TableNames]).toEqual([["a.b", "bbb"], ["c.c"]]);
});

test("a change of stream or class takes a while, in which the table still serves", async () => {
  const swift = await start({ updateTableMs: FOR_LONG_MS });
  await createTable(swift);
  const update = (input: object) =>
    swift.client.send(new UpdateTableCommand({ TableName: "accounts", ...input }));
  const { TableDescription } = await update({
    StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
  });
  expect(TableDescription).toMatchObject({
    TableStatus: "UPDATING",
    StreamSpecification: { StreamEnabled: true },
  });
  await put(swift, "a", 1);
  expect(await balances(swift)).toEqual({ a: 1 });
  await refusal(update({ TableClass: "STANDARD_INFREQUENT_ACCESS" }), "ResourceInUseException");
});

test("a table has the stream and the class that it was given, and no stream twice", async () => {
  const swift = await start();
  await createTable(swift);
  const update = async (input: object) => {
    await swift.client.send(new UpdateTableCommand({ TableName: "accounts", ...input }));
    return untilActive(swift, "accounts");
  };
  const stream = { StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" } };
  expect((await update(stream)).LatestStreamArn).toMatch(/^arn:aws:dynamodb:.*:table\/accounts\/stream\//);
  await refusal(update(stream), "ValidationException");
  const { TableClassSummary } = await update({ TableClass: "STANDARD_INFREQUENT_ACCESS" });
  expect(TableClassSummary?.TableClass).toBe("STANDARD_INFREQUENT_ACCESS");
});

test("time to live is remembered, and cannot be changed again soon", async () => {
  const swift = await start({ ttlCooldownMs: FOR_LONG_MS });
  await createTable(swift);
  const change = (Enabled: boolean) =>
    swift.client.send(
      new UpdateTimeToLiveCommand({
        TableName: "accounts",
        TimeToLiveSpecification: { Enabled, AttributeName: "expires" },
      }),
    );
  await change(true);
  const { TimeToLiveDescription } = await swift.client.send(
    new DescribeTimeToLiveCommand({ TableName: "accounts" }),
  );
  expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "expires" });
  await refusal(change(true), "ValidationException");
  await refusal(change(false), "ValidationException");
});

test("tags are added, replaced, removed and listed in pages", async () => {
  const { client, ...swift } = await start();
  await createTable({ client, ...swift }, "accounts", { Tags: [{ Key: "first", Value: "1" }] });
  const more = Array.from({ length: 12 }, (_, n) => ({ Key: `tag-${n}`, Value: "x" }));
  await client.send(
    new TagResourceCommand({ ResourceArn: ARN, Tags: [...more, { Key: "first", Value: "2" }] }),
  );
  await client.send(new UntagResourceCommand({ ResourceArn: ARN, TagKeys: ["tag-0"] }));
  const page = await client.send(new ListTagsOfResourceCommand({ ResourceArn: ARN }));
  const rest = await client.send(
    new ListTagsOfResourceCommand({ ResourceArn: ARN, NextToken: page.NextToken }),
  );
  const tags = [...(page.Tags ?? []), ...(rest.Tags ?? [])];
  expect(tags).toHaveLength(12);
  expect(tags[0]).toEqual({ Key: "first", Value: "2" });
  const tooMany = Array.from({ length: 40 }, (_, n) => ({ Key: `more-${n}`, Value: "x" }));
  await refusal(
    client.send(new TagResourceCommand({ ResourceArn: ARN, Tags: tooMany })),
    "LimitExceededException",
  );
});

test("a resource policy is remembered until it is deleted", async () => {
  const swift = await start();
  await createTable(swift);
  await refusal(
    swift.client.send(new GetResourcePolicyCommand({ ResourceArn: ARN })),
    "PolicyNotFoundException",
  );
  await swift.client.send(new PutResourcePolicyCommand({ ResourceArn: ARN, Policy: "{}" }));
  expect((await swift.client.send(new GetResourcePolicyCommand({ ResourceArn: ARN }))).Policy).toBe("{}");
});

test("a table whose shape is refused leaves its name free", async () => {
  const swift = await start();
  const wrong = { ...ACCOUNTS, TableName: "accounts", AttributeDefinitions: [] };
  await refusal(swift.client.send(new CreateTableCommand(wrong)), "ValidationException");
  await createTable(swift);
});

test("a write that waits while its table is being deleted is refused, and the table goes", async () => {
  const swift = await start();
  await createTable(swift);
  const writes = Array.from({ length: 20 }, (_, n) => put(swift, "same", n));
  const deleted = swift.client.send(new DeleteTableCommand({ TableName: "accounts" }));
  const outcomes = await Promise.allSettled([...writes, deleted]);
  for (const outcome of outcomes)
    if (outcome.status === "rejected") expect(outcome.reason.name).toBe("ResourceNotFoundException");
  await untilGone(swift, "accounts");
});
