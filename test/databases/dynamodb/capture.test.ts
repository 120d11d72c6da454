import {
  DeleteTableCommand,
  PutItemCommand,
  TagResourceCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { captureTable } from "../../../shared/databases/dynamodb/capture.ts";
import { startCopy } from "../../../shared/databases/dynamodb/copies.ts";
import { applySettings } from "../../../shared/databases/dynamodb/settings/apply-settings.ts";
import { CapturedDynamodb, type CapturedTable } from "../../../shared/restore/dynamodb/captured.ts";
import { settingsDifferences } from "../../../shared/restore/dynamodb/settings.ts";
import { ahead, recover, untilActive } from "../../rehearsal/dynamodb/swift.ts";
import {
  ACCOUNTS,
  COORDINATOR,
  createProtected,
  FOREIGN,
  INDEX,
  KINESIS,
  METADATA,
  type Prod,
  policyFor,
  setEverything,
  startProd,
} from "./prod.ts";

async function accountsOf({ database }: Prod): Promise<CapturedTable> {
  const { captured } = await database.capture();
  return captured.tables.find(({ name }) => name === ACCOUNTS) as CapturedTable;
}

test("a capture has the tables that the metadata lists, and none that only shares the prefix", async () => {
  const prod = await startProd();
  const { captured, problems, identity } = await prod.database.capture();
  expect(captured.tables.map(({ name, coordinator }) => [name, coordinator])).toEqual([
    [ACCOUNTS, false],
    [COORDINATOR, true],
  ]);
  expect(JSON.stringify(captured)).not.toContain(FOREIGN);
  expect(problems).toEqual([]);
  expect(identity).toHaveLength(2);
  expect(CapturedDynamodb.parse(JSON.parse(JSON.stringify(captured)))).toEqual(captured);
});

test("a listed table that is missing, or has no recovery, makes a backup worthless", async () => {
  const prod = await startProd();
  const Item = { table: { S: "prod_bank.gone" } };
  await prod.client.send(new PutItemCommand({ TableName: METADATA, Item }));
  await recover(prod, COORDINATOR, false);
  const { problems } = await prod.database.capture();
  expect(problems).toEqual([
    expect.stringContaining('"prod_bank.gone" is listed by ScalarDB but does not exist'),
    expect.stringContaining(`"${COORDINATOR}" has no point-in-time recovery`),
  ]);
});

test("a capture holds every setting that a restore loses", async () => {
  const prod = await startProd();
  await setEverything(prod);
  await recover(prod, ACCOUNTS, true, 14);
  const { arn, settings, keys, indexes, coverage, unread, streamArn } = await accountsOf(prod);
  expect(settings).toMatchObject({
    recoveryDays: 14,
    billing: "PROVISIONED",
    capacity: { read: 10, write: 10 },
    indexCapacity: { [INDEX]: { read: 4, write: 4 } },
    ttl: "expires",
    tags: { team: "payments", empty: "" },
    deletionProtection: true,
    stream: "NEW_AND_OLD_IMAGES",
    tableClass: "STANDARD_INFREQUENT_ACCESS",
    policy: policyFor(arn),
    onDemandLimits: [],
    insights: [
      { index: null, mode: "ACCESSED_AND_THROTTLED_KEYS" },
      { index: INDEX, mode: "THROTTLED_KEYS" },
    ],
    kinesis: [{ streamArn: KINESIS, precision: "MICROSECOND" }],
  });
  expect(settings.scalableTargets).toHaveLength(4);
  expect(settings.scalingPolicies).toHaveLength(4);
  expect(unread).toEqual([]);
  expect(streamArn).toMatch(/^arn:aws:dynamodb:.*:table\/prod_bank\.accounts\/stream\/2/);
  expect(keys).toBe("id HASH S");
  expect(indexes).toEqual([`${INDEX} (owner HASH) ALL`]);
  expect(coverage?.earliestSecond).toBeLessThanOrEqual((coverage?.latestSecond ?? 0) + 1);
});

test("what a restore loses is put back, and putting it back twice changes nothing", async () => {
  const prod = await startProd({
    settingCooldownMs: 300,
    continuousBackupsUnavailableMs: 200,
    updateTableMs: 100,
    policySeenMs: 300,
  });
  await setEverything(prod);
  ahead(prod, 2_000);
  const original = await accountsOf(prod);
  expect(original.settings.policy).toBe(policyFor(original.arn));
  const { connection } = prod.database;
  const atSecond = Math.floor(prod.db.now() / 1000) - 1;
  const target = `${ACCOUNTS}.copy`;
  await startCopy(connection, { sourceArn: original.arn, sourceId: original.id, target, atSecond });
  await untilActive(prod, target);
  const known = { coordinator: false, metadata: {} };
  const settings = async () => (await captureTable(connection, target, known))?.settings as never;
  expect(settingsDifferences(original.settings, await settings()).length).toBeGreaterThan(9);
  const wanted = retargeted(original.settings, target);
  await applySettings(connection, target, wanted);
  expect(settingsDifferences(wanted, await settings())).toEqual([]);
  await applySettings(connection, target, wanted);
  expect(settingsDifferences(wanted, await settings())).toEqual([]);
});

test("a capacity that no auto scaling moves is put back, of the table and of the index", async () => {
  const prod = await startProd();
  const { settings } = await accountsOf(prod);
  const wanted = {
    ...settings,
    capacity: { read: 20, write: 10 },
    indexCapacity: { [INDEX]: { read: 4, write: 8 } },
  };
  await applySettings(prod.database.connection, ACCOUNTS, wanted);
  await untilActive(prod, ACCOUNTS);
  expect(settingsDifferences(wanted, (await accountsOf(prod)).settings)).toEqual([]);
});

test("a billing mode is put back in either direction", async () => {
  const prod = await startProd();
  const { settings } = await accountsOf(prod);
  const { capacity: _, ...rest } = settings;
  const onDemand = { ...rest, billing: "PAY_PER_REQUEST" as const, indexCapacity: {} };
  for (const wanted of [onDemand, settings]) {
    await applySettings(prod.database.connection, ACCOUNTS, wanted);
    await untilActive(prod, ACCOUNTS);
    expect(settingsDifferences(wanted, (await accountsOf(prod)).settings)).toEqual([]);
  }
});

test("tags of AWS' own, which nobody else can set, are named and not captured", async () => {
  const prod = await startProd();
  await setEverything(prod);
  const { arn } = await accountsOf(prod);
  const Tags = [{ Key: "aws:cloudformation:stack-name", Value: "ledger" }];
  await prod.client.send(new TagResourceCommand({ ResourceArn: arn, Tags }));
  const { settings, dropped } = await accountsOf(prod);
  expect(settings.tags).toEqual({ team: "payments", empty: "" });
  expect(dropped).toEqual(["the tags aws:cloudformation:stack-name, which only AWS can set"]);
});

test("a setting that is refused for good is told, and those after it are put back all the same", async () => {
  const prod = await startProd();
  const { settings } = await accountsOf(prod);
  const specification = { Enabled: true, AttributeName: "expires" };
  const ttl = { TableName: ACCOUNTS, TimeToLiveSpecification: specification };
  await prod.client.send(new UpdateTimeToLiveCommand(ttl));
  const wanted = { ...settings, ttl: "another", deletionProtection: true };
  expect(await applySettings(prod.database.connection, ACCOUNTS, wanted)).toEqual([
    expect.stringMatching(/cannot put back the time to live of table .*ValidationException/),
  ]);
  expect((await accountsOf(prod)).settings.deletionProtection).toBe(true);
});

test("indexes that include other attributes are different ones", async () => {
  const prod = await startProd();
  for (const name of ["one", "other"]) {
    const Projection = { ProjectionType: "INCLUDE" as const, NonKeyAttributes: [name] };
    const KeySchema = [{ AttributeName: "owner", KeyType: "HASH" }] as const;
    await createProtected(prod, name, {
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "owner", AttributeType: "S" },
      ],
      GlobalSecondaryIndexes: [{ IndexName: "by_owner", KeySchema: [...KeySchema], Projection }],
    });
  }
  const known = { coordinator: false, metadata: {} };
  const [one, other] = await Promise.all(
    ["one", "other"].map((name) => captureTable(prod.database.connection, name, known)),
  );
  expect(one?.indexes).toEqual(["by_owner (owner HASH) INCLUDE one"]);
  expect(other?.indexes).not.toEqual(one?.indexes);
});

test("a table that is gone is captured as absent", async () => {
  const prod = await startProd();
  await prod.client.send(new DeleteTableCommand({ TableName: COORDINATOR }));
  const known = { coordinator: true, metadata: {} };
  await expect
    .poll(() => captureTable(prod.database.connection, COORDINATOR, known).catch(() => "going"))
    .toBeUndefined();
});

/** The same settings for a table of another name. */
function retargeted(settings: CapturedTable["settings"], name: string): CapturedTable["settings"] {
  const { policy, ...rest } = settings;
  const text = JSON.stringify(rest).replaceAll(`table/${ACCOUNTS}`, `table/${name}`);
  return { ...JSON.parse(text), policy: policy?.replaceAll(ACCOUNTS, name) ?? null };
}
