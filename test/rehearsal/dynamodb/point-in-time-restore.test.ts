import {
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  RestoreTableToPointInTimeCommand,
  type RestoreTableToPointInTimeCommandInput,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import {
  A_WHILE_MS,
  ahead,
  balances,
  createProtectedTable,
  createTable,
  FOR_LONG_MS,
  put,
  recover,
  refusal,
  type Swift,
  second,
  start,
  until,
  untilActive,
} from "./swift.ts";

function restore({ client }: Swift, input: Partial<RestoreTableToPointInTimeCommandInput>) {
  return client.send(
    new RestoreTableToPointInTimeCommand({ SourceTableName: "accounts", TargetTableName: "copy", ...input }),
  );
}

/** Two writes of the same item, two minutes apart on the database's clock; answers the seconds after each. */
async function writeTwice(swift: Swift): Promise<readonly [Date, Date]> {
  await createProtectedTable(swift);
  await put(swift, "a", 1);
  const first = second(swift.db.now() + 60_000);
  ahead(swift, 120_000);
  await put(swift, "a", 2);
  await put(swift, "b", 5);
  const later = second(swift.db.now() + 60_000);
  ahead(swift, 3_600_000);
  return [first, later];
}

test("a restore makes a new table with the items of the chosen second", async () => {
  const swift = await start();
  const [first, later] = await writeTwice(swift);

  await restore(swift, { RestoreDateTime: first, TargetTableName: "first" });
  await restore(swift, { RestoreDateTime: later, TargetTableName: "later" });
  await untilActive(swift, "first");
  await untilActive(swift, "later");

  expect(await balances(swift, "first")).toEqual({ a: 1 });
  expect(await balances(swift, "later")).toEqual({ a: 2, b: 5 });
  expect(await balances(swift)).toEqual({ a: 2, b: 5 });
});

test("a restore takes the source by its ARN as well as by its name", async () => {
  const swift = await start();
  const [first] = await writeTwice(swift);
  const { Table } = await swift.client.send(new DescribeTableCommand({ TableName: "accounts" }));

  await swift.client.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableArn: Table?.TableArn,
      TargetTableName: "copy",
      RestoreDateTime: first,
    }),
  );

  await untilActive(swift, "copy");
  expect(await balances(swift, "copy")).toEqual({ a: 1 });
});

test("a restore to the latest time holds everything older than the delay", async () => {
  const swift = await start();
  await writeTwice(swift);

  await restore(swift, { UseLatestRestorableTime: true });

  await untilActive(swift, "copy");
  expect(await balances(swift, "copy")).toEqual({ a: 2, b: 5 });
});

test("a table that is being restored tells where it comes from, and an active one no longer", async () => {
  const slow = await start({ restoreLeastMs: FOR_LONG_MS, restoreMostMs: FOR_LONG_MS });
  const [first] = await writeTwice(slow);
  const { TableDescription } = await restore(slow, { RestoreDateTime: first });
  const { Table } = await slow.client.send(new DescribeTableCommand({ TableName: "copy" }));

  for (const description of [TableDescription, Table]) {
    expect(description?.TableStatus).toBe("CREATING");
    expect(description?.RestoreSummary).toEqual({
      SourceTableArn: "arn:aws:dynamodb:us-east-1:000000000000:table/accounts",
      RestoreDateTime: first,
      RestoreInProgress: true,
    });
  }

  const quick = await start();
  const [again] = await writeTwice(quick);
  await restore(quick, { RestoreDateTime: again });
  expect((await untilActive(quick, "copy")).RestoreSummary).toBeUndefined();
});

test("a restore is refused where point-in-time recovery is off", async () => {
  const swift = await start();
  await createTable(swift);
  await refusal(restore(swift, { RestoreDateTime: new Date(0) }), "PointInTimeRecoveryUnavailableException");
});

test("a restore is refused outside of the coverage, and the message quotes both ends", async () => {
  const swift = await start();
  const [first] = await writeTwice(swift);
  const { ContinuousBackupsDescription: description } = await swift.client.send(
    new DescribeContinuousBackupsCommand({ TableName: "accounts" }),
  );
  const earliest = description?.PointInTimeRecoveryDescription?.EarliestRestorableDateTime as Date;

  const early = await refusal(
    restore(swift, { RestoreDateTime: new Date(earliest.getTime() - 1) }),
    "InvalidRestoreTimeException",
  );
  await refusal(restore(swift, { RestoreDateTime: new Date(swift.db.now()) }), "InvalidRestoreTimeException");

  expect(early.message).toContain(earliest.toISOString());
  expect(early.message).toMatch(/LatestRestorableDateTime \d{4}-/);
  await restore(swift, { RestoreDateTime: first });
});

test("a restore is refused where the source is missing or still being restored", async () => {
  const swift = await start({ restoreLeastMs: FOR_LONG_MS, restoreMostMs: FOR_LONG_MS });
  const [first] = await writeTwice(swift);
  await refusal(
    restore(swift, { SourceTableName: "nobody", RestoreDateTime: first }),
    "TableNotFoundException",
  );
  await restore(swift, { RestoreDateTime: first });
  await refusal(
    restore(swift, { SourceTableName: "copy", TargetTableName: "copy2", RestoreDateTime: first }),
    "TableNotFoundException",
  );
});

test("a restore is refused where the target is active or being deleted", async () => {
  const swift = await start({ deleteTableMs: FOR_LONG_MS });
  const [first] = await writeTwice(swift);
  await createTable(swift, "copy");
  await refusal(restore(swift, { RestoreDateTime: first }), "TableAlreadyExistsException");
  await swift.client.send(new DeleteTableCommand({ TableName: "copy" }));
  await refusal(restore(swift, { RestoreDateTime: first }), "TableAlreadyExistsException");
});

test("a restore is refused where the target is being restored", async () => {
  const swift = await start({ restoreLeastMs: FOR_LONG_MS, restoreMostMs: FOR_LONG_MS });
  const [first] = await writeTwice(swift);
  await restore(swift, { RestoreDateTime: first });
  await refusal(restore(swift, { RestoreDateTime: first }), "TableInUseException");
});

test("a restore beyond the number that may be under way is refused", async () => {
  const swift = await start({ restoreLeastMs: FOR_LONG_MS, restoreMostMs: FOR_LONG_MS });
  const [first] = await writeTwice(swift);
  for (let n = 0; n < 50; n++) await restore(swift, { RestoreDateTime: first, TargetTableName: `copy-${n}` });
  const error = await refusal(
    restore(swift, { RestoreDateTime: first, TargetTableName: "one-more" }),
    "LimitExceededException",
  );
  expect(error.message).toContain("50");
});

test("refusals come in the order shape, recovery off, time, target", async () => {
  const swift = await start();
  await createTable(swift);
  const wrong = { RestoreDateTime: new Date(0), TargetTableName: "accounts" };
  await refusal(restore(swift, { ...wrong, TargetTableName: "a b" }), "ValidationException");
  await refusal(restore(swift, { ...wrong, UseLatestRestorableTime: true }), "ValidationException");
  await refusal(restore(swift, { TargetTableName: "copy" }), "ValidationException");
  await refusal(restore(swift, wrong), "PointInTimeRecoveryUnavailableException");
  await recover(swift, "accounts", true);
  await refusal(restore(swift, wrong), "InvalidRestoreTimeException");
  await refusal(
    restore(swift, { UseLatestRestorableTime: true, TargetTableName: "accounts" }),
    "TableAlreadyExistsException",
  );
});

test("a restored table has lost its stream, TTL, recovery, tags, protection and class, and kept its indexes and billing", async () => {
  const swift = await start();
  await createProtectedTable(swift, "accounts", {
    AttributeDefinitions: [
      { AttributeName: "id", AttributeType: "S" },
      { AttributeName: "owner", AttributeType: "S" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "by-owner",
        KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
        ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 4 },
      },
    ],
    BillingMode: "PROVISIONED",
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
    DeletionProtectionEnabled: true,
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
    TableClass: "STANDARD_INFREQUENT_ACCESS",
    SSESpecification: { Enabled: true, SSEType: "KMS", KMSMasterKeyId: "alias/ours" },
    Tags: [{ Key: "team", Value: "ledger" }],
  });
  await swift.client.send(
    new UpdateTimeToLiveCommand({
      TableName: "accounts",
      TimeToLiveSpecification: { Enabled: true, AttributeName: "expires" },
    }),
  );
  const source = (await swift.client.send(new DescribeTableCommand({ TableName: "accounts" }))).Table;
  expect(source).toMatchObject({
    DeletionProtectionEnabled: true,
    TableClassSummary: { TableClass: "STANDARD_INFREQUENT_ACCESS" },
    StreamSpecification: { StreamEnabled: true },
  });

  await restore(swift, { UseLatestRestorableTime: true });
  const copy = await untilActive(swift, "copy");

  expect(copy).toMatchObject({
    DeletionProtectionEnabled: false,
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
    GlobalSecondaryIndexes: [
      { IndexName: "by-owner", ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 4 } },
    ],
    SSEDescription: { Status: "ENABLED", KMSMasterKeyArn: "alias/ours" },
  });
  expect(copy.StreamSpecification).toBeUndefined();
  expect(copy.LatestStreamArn).toBeUndefined();
  expect(copy.TableClassSummary).toBeUndefined();
  expect(copy.TableId).not.toBe(source?.TableId);
  const { TimeToLiveDescription } = await swift.client.send(
    new DescribeTimeToLiveCommand({ TableName: "copy" }),
  );
  expect(TimeToLiveDescription?.TimeToLiveStatus).toBe("DISABLED");
  const { Tags } = await swift.client.send(new ListTagsOfResourceCommand({ ResourceArn: copy.TableArn }));
  expect(Tags).toEqual([]);
  const { ContinuousBackupsDescription } = await swift.client.send(
    new DescribeContinuousBackupsCommand({ TableName: "copy" }),
  );
  expect(ContinuousBackupsDescription).toMatchObject({
    ContinuousBackupsStatus: "ENABLED",
    PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" },
  });
});

test("an override may drop indexes and change the billing, but add no index", async () => {
  const swift = await start();
  const index = (IndexName: string, AttributeName: string) => ({
    IndexName,
    KeySchema: [{ AttributeName, KeyType: "HASH" as const }],
    Projection: { ProjectionType: "ALL" as const },
  });
  await createProtectedTable(swift, "accounts", {
    AttributeDefinitions: ["id", "x", "y"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    GlobalSecondaryIndexes: [index("by-x", "x"), index("by-y", "y")],
  });
  const latest = { UseLatestRestorableTime: true };

  await restore(swift, { ...latest, TargetTableName: "all" });
  await restore(swift, { ...latest, TargetTableName: "none", GlobalSecondaryIndexOverride: [] });
  await restore(swift, {
    ...latest,
    TargetTableName: "one",
    GlobalSecondaryIndexOverride: [index("by-y", "y")],
  });
  const strange = { GlobalSecondaryIndexOverride: [index("by-z", "x")] };
  await refusal(restore(swift, { ...latest, TargetTableName: "strange", ...strange }), "ValidationException");
  await restore(swift, { ...latest, TargetTableName: "provisioned", BillingModeOverride: "PROVISIONED" });

  const indexesOf = async (name: string) =>
    (await untilActive(swift, name)).GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName);
  expect((await indexesOf("all"))?.sort()).toEqual(["by-x", "by-y"]);
  expect(await indexesOf("none")).toBeUndefined();
  expect(await indexesOf("one")).toEqual(["by-y"]);
  expect((await untilActive(swift, "provisioned")).ProvisionedThroughput?.ReadCapacityUnits).toBe(1);
});

test("a table that is being restored takes no items, no settings and no deletion", async () => {
  const swift = await start({ restoreLeastMs: FOR_LONG_MS, restoreMostMs: FOR_LONG_MS });
  const [first] = await writeTwice(swift);
  const { TableDescription } = await restore(swift, { RestoreDateTime: first });
  const { client } = swift;
  const ResourceArn = TableDescription?.TableArn;
  const ttl = { Enabled: true, AttributeName: "expires" };

  await refusal(
    client.send(new PutItemCommand({ TableName: "copy", Item: { id: { S: "a" } } })),
    "ResourceNotFoundException",
  );
  await refusal(client.send(new TagResourceCommand({ ResourceArn, Tags: [] })), "ResourceNotFoundException");
  await refusal(
    client.send(new UpdateTimeToLiveCommand({ TableName: "copy", TimeToLiveSpecification: ttl })),
    "ResourceNotFoundException",
  );
  await refusal(
    client.send(new UpdateTableCommand({ TableName: "copy", DeletionProtectionEnabled: true })),
    "ResourceNotFoundException",
  );
  await refusal(recover(swift, "copy", true), "TableNotFoundException");
  await refusal(client.send(new DeleteTableCommand({ TableName: "copy" })), "ResourceInUseException");
});

test("continuous backups are unavailable for a moment after a restored table became active", async () => {
  const swift = await start({ continuousBackupsUnavailableMs: A_WHILE_MS });
  await createTable(swift);
  await until(() => recover(swift, "accounts", true).catch(() => undefined));
  await restore(swift, { UseLatestRestorableTime: true });
  await untilActive(swift, "copy");

  await refusal(recover(swift, "copy", true), "ContinuousBackupsUnavailableException");
  await until(() =>
    swift.client
      .send(
        new UpdateContinuousBackupsCommand({
          TableName: "copy",
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      )
      .catch(() => undefined),
  );
});
