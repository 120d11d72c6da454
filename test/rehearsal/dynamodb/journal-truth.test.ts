import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { allItems, createTable, put, refusal, sorted, start } from "./swift.ts";

const TABLES = ["first", "second"];

/** A generator of numbers that is the same in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * sides);
  };
}

function item(roll: (sides: number) => number, n: number) {
  return { id: { S: `id-${roll(6)}` }, balance: { N: `${n}.50` }, tags: { SS: ["x", "y"] } };
}

async function writeSomething(
  client: DynamoDBClient,
  roll: (sides: number) => number,
  n: number,
): Promise<unknown> {
  const TableName = TABLES[roll(2)] ?? "first";
  const { id, ...rest } = item(roll, n);
  const bump = {
    UpdateExpression: "ADD changes :one",
    ExpressionAttributeValues: { ":one": { N: "1" } },
  };
  switch (roll(6)) {
    case 0:
      return client.send(new PutItemCommand({ TableName, Item: { id, ...rest } }));
    case 1:
      return client.send(new UpdateItemCommand({ TableName, Key: { id }, ...bump }));
    case 2:
      return client.send(new DeleteItemCommand({ TableName, Key: { id } }));
    case 3:
      return client.send(
        new PutItemCommand({
          TableName,
          Item: { id, ...rest },
          ConditionExpression: "attribute_not_exists(id)",
        }),
      );
    case 4:
      return client.send(
        new BatchWriteItemCommand({
          RequestItems: {
            first: [
              { PutRequest: { Item: { id, ...rest } } },
              { DeleteRequest: { Key: { id: { S: "id-9" } } } },
            ],
            second: [{ PutRequest: { Item: { id, n: { N: `${n}` } } } }],
          },
        }),
      );
    default:
      return client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Update: { TableName: "first", Key: { id }, ...bump } },
            {
              Update: {
                TableName: "second",
                Key: { id },
                ...bump,
                ConditionExpression: "attribute_exists(id)",
              },
            },
          ],
        }),
      );
  }
}

test("after any mixture of concurrent writers the journal is what the table is", async () => {
  const swift = await start();
  for (const name of TABLES) await createTable(swift, name);

  await Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      const roll = dice(writer + 1);
      // Some conditions fail, as they are meant to.
      for (let n = 0; n < 60; n++)
        await writeSomething(swift.client, roll, n).catch((error: Error) =>
          expect(error.name).toMatch(/Cancel|Conditional/),
        );
    }),
  );

  for (const name of TABLES) {
    const now = swift.db.itemsAt(name, { instantMs: swift.db.now() });
    expect(sorted(now)).toEqual(await allItems(swift, name));
    const times = swift.db.journalOf(name).map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.length).toBeGreaterThan(100);
  }
});

test("a transfer is in the journal of both its items at the same instant, so no instant shows half of it", async () => {
  const swift = await start();
  await createTable(swift);
  const ids = ["a", "b", "c", "d"];
  for (const id of ids) await put(swift, id, 100);
  const startedMs = swift.db.now();
  const move = (id: string | undefined, amount: number) => ({
    Update: {
      TableName: "accounts",
      Key: { id: { S: String(id) } },
      UpdateExpression: "ADD balance :amount",
      ExpressionAttributeValues: { ":amount": { N: String(amount) } },
    },
  });
  await Promise.all(
    Array.from({ length: 5 }, async (_, writer) => {
      for (let n = 0; n < 30; n++) {
        const [from, to] = [ids[(writer + n) % 4], ids[(writer + n + 1) % 4]];
        await swift.client.send(
          new TransactWriteItemsCommand({ TransactItems: [move(from, -n), move(to, n)] }),
        );
      }
    }),
  );
  for (const { atMs } of swift.db.journalOf("accounts").filter(({ atMs }) => atMs >= startedMs)) {
    const total = swift.db
      .itemsAt("accounts", { instantMs: atMs })
      .reduce((sum, found) => sum + Number(found["balance"]?.["N"]), 0);
    expect(total).toBe(400);
  }
});

test("a write is dated between the moment it was sent and the moment it was answered", async () => {
  const swift = await start({}, { clockOffsetMs: -7_200_000 });
  await createTable(swift);
  const sentMs = swift.db.now();
  await put(swift, "a", 1);
  const [entry] = swift.db.journalOf("accounts");
  expect(entry?.atMs).toBeGreaterThanOrEqual(sentMs);
  expect(entry?.atMs).toBeLessThanOrEqual(swift.db.now());
});

test("a clock that is set back does not reorder what happened to an item", async () => {
  const swift = await start();
  await createTable(swift);
  await put(swift, "a", 1);
  swift.db.setClockOffset(-60_000);
  await put(swift, "a", 2);
  const [first, second] = swift.db.journalOf("accounts");
  expect(second?.item?.["balance"]).toEqual({ N: "2" });
  expect(second?.atMs).toBe(first?.atMs);
});

test("a refused write leaves no entry, and one that changes nothing none either", async () => {
  const swift = await start();
  await createTable(swift);
  await put(swift, "a", 1);
  await put(swift, "a", 1);
  const refused = new PutItemCommand({ TableName: "accounts", Item: { id: { N: "1" } } });
  await refusal(swift.client.send(refused), "ValidationException");
  expect(swift.db.journalOf("accounts")).toHaveLength(1);
});

test("a failed condition answers the old item where it is asked for", async () => {
  const swift = await start();
  await createTable(swift);
  await put(swift, "a", 1);
  const error = await refusal(
    swift.client.send(
      new DeleteItemCommand({
        TableName: "accounts",
        Key: { id: { S: "a" } },
        ConditionExpression: "attribute_not_exists(id)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    ),
    "ConditionalCheckFailedException",
  );
  expect(error["Item"]).toEqual({ id: { S: "a" }, balance: { N: "1" } });
});
