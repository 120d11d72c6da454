import {
  GetItemCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { balances, createTable, put, refusal, type Swift, start } from "./swift.ts";

function transact({ client }: Swift, TransactItems: TransactWriteItem[], ClientRequestToken?: string) {
  return client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
}

const add = (id: string, amount: number, ConditionExpression?: string): TransactWriteItem => ({
  Update: {
    TableName: "accounts",
    Key: { id: { S: id } },
    UpdateExpression: "ADD balance :amount",
    ExpressionAttributeValues: { ":amount": { N: String(amount) } },
    ConditionExpression,
  },
});

async function startWithAccounts(): Promise<Swift> {
  const swift = await start();
  await createTable(swift);
  await put(swift, "a", 10);
  await put(swift, "b", 20);
  return swift;
}

test("a transaction puts, updates, deletes and checks, all or nothing", async () => {
  const swift = await startWithAccounts();
  await transact(swift, [
    add("a", -5, "attribute_exists(id)"),
    {
      Put: {
        TableName: "accounts",
        Item: { id: { S: "c" }, balance: { N: "5" } },
        ConditionExpression: "attribute_not_exists(id)",
      },
    },
    { Delete: { TableName: "accounts", Key: { id: { S: "b" } } } },
    {
      ConditionCheck: {
        TableName: "accounts",
        Key: { id: { S: "d" } },
        ConditionExpression: "attribute_not_exists(id)",
      },
    },
  ]);
  expect(await balances(swift)).toEqual({ a: 5, c: 5 });
});

test("a transaction with a failed condition changes nothing and gives a reason for each action", async () => {
  const swift = await startWithAccounts();
  const check = add("b", 1, "attribute_not_exists(id)");
  const withOld = {
    Update: { ...check.Update, ReturnValuesOnConditionCheckFailure: "ALL_OLD" },
  } as TransactWriteItem;

  const error = await refusal(transact(swift, [add("a", 1), withOld]), "TransactionCanceledException");

  expect(error["CancellationReasons"]).toEqual([
    { Code: "None" },
    {
      Code: "ConditionalCheckFailed",
      Message: "The conditional request failed",
      Item: { id: { S: "b" }, balance: { N: "20" } },
    },
  ]);
  expect(error.message).toContain("[None, ConditionalCheckFailed]");
  expect(await balances(swift)).toEqual({ a: 10, b: 20 });
});

test("a transaction whose write fails on the way is undone, and leaves no trace in the journal", async () => {
  const swift = await startWithAccounts();
  const before = swift.db.journalOf("accounts");
  const wrongType: TransactWriteItem = {
    Update: {
      TableName: "accounts",
      Key: { id: { S: "b" } },
      UpdateExpression: "SET balance = id + :one",
      ExpressionAttributeValues: { ":one": { N: "1" } },
    },
  };
  const error = await transact(swift, [add("a", 1), wrongType, add("new", 1)]).catch((thrown) => thrown);
  // DynamoDB Local, as a backend, refuses the request as a whole.
  if (error.name !== "ValidationException") {
    expect(error.name).toBe("TransactionCanceledException");
    const codes = error.CancellationReasons.map(({ Code }: { Code: string }) => Code);
    expect(codes).toEqual(["None", "ValidationError", "None"]);
  }
  expect(await balances(swift)).toEqual({ a: 10, b: 20 });
  expect(swift.db.journalOf("accounts")).toEqual(before);
});

test("a transaction that names an item twice, nothing at all, or a bad expression is refused", async () => {
  const swift = await startWithAccounts();
  await refusal(transact(swift, [add("a", 1), add("a", 2)]), "ValidationException");
  await refusal(transact(swift, []), "ValidationException");
  await refusal(transact(swift, [{}]), "ValidationException");
  await refusal(transact(swift, [add("a", 1, "nonsense(")]), "ValidationException");
  await refusal(
    transact(
      swift,
      Array.from({ length: 101 }, (_, n) => add(`${n}`, 1)),
    ),
    "ValidationException",
  );
});

test("a transaction sent again with its token happens once", async () => {
  const swift = await startWithAccounts();
  const token = crypto.randomUUID();
  await Promise.all([transact(swift, [add("a", 1)], token), transact(swift, [add("a", 1)], token)]);
  await transact(swift, [add("a", 1)], token);
  expect(await balances(swift)).toEqual({ a: 11, b: 20 });
  await refusal(transact(swift, [add("a", 2)], token), "IdempotentParameterMismatchException");
});

test("a cancelled transaction may be tried again with its token", async () => {
  const swift = await startWithAccounts();
  const create = [add("c", 1, "attribute_exists(id)")];
  const token = crypto.randomUUID();
  await refusal(transact(swift, create, token), "TransactionCanceledException");
  await put(swift, "c", 0);
  await transact(swift, create, token);
  expect(await balances(swift)).toMatchObject({ c: 1 });
});

test("a transaction reads its items together, in order, with projections", async () => {
  const swift = await startWithAccounts();
  const get = (id: string, ProjectionExpression?: string) => ({
    Get: { TableName: "accounts", Key: { id: { S: id } }, ProjectionExpression },
  });
  const { Responses } = await swift.client.send(
    new TransactGetItemsCommand({ TransactItems: [get("b", "balance"), get("nobody"), get("a")] }),
  );
  expect(Responses).toEqual([
    { Item: { balance: { N: "20" } } },
    {},
    { Item: { id: { S: "a" }, balance: { N: "10" } } },
  ]);
});

test("transactions that read together never see half of one that writes", async () => {
  const swift = await startWithAccounts();
  const keys = ["a", "b"].map((id) => ({ Get: { TableName: "accounts", Key: { id: { S: id } } } }));
  const sums: number[] = [];
  const transfers = Array.from({ length: 30 }, (_, n) => transact(swift, [add("a", n), add("b", -n)]));
  const readers = Array.from({ length: 30 }, async () => {
    const { Responses = [] } = await swift.client.send(new TransactGetItemsCommand({ TransactItems: keys }));
    sums.push(Responses.reduce((sum, { Item }) => sum + Number(Item?.["balance"]?.N), 0));
  });
  await Promise.all([...transfers, ...readers]);
  expect(new Set(sums)).toEqual(new Set([30]));
});

test("an item that a transaction wrote reads back as the journal has it", async () => {
  const swift = await startWithAccounts();
  await transact(swift, [add("a", 1), add("b", -1)]);
  const entries = swift.db.journalOf("accounts").slice(-2);
  expect(new Set(entries.map(({ atMs }) => atMs)).size).toBe(1);
  const { Item } = await swift.client.send(
    new GetItemCommand({ TableName: "accounts", Key: { id: { S: "a" } } }),
  );
  expect(entries[0]?.item).toEqual(Item);
});
