import { DynamoDBClient, type TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { expect, test, vi } from "vitest";
import { ACCOUNT, ASSET_METADATA } from "../../../rehearsal/ledger/ledger-tables.ts";
import type { Mutation } from "../../../rehearsal/ledger/mutation.ts";
import { openStorage } from "../../../rehearsal/ledger/storage.ts";
import type { Table } from "../../../rehearsal/ledger/table.ts";
import { number, text } from "../../../rehearsal/ledger/value.ts";
import { PREFIX, smallLedger } from "./small-ledger.ts";

function insert(table: Table, key: string, id: string): Mutation {
  const columns = { tx_id: text("tx"), tx_state: number(1) };
  return {
    kind: "put",
    table,
    key: { [key]: text(id) },
    columns,
    cleared: [],
    condition: { kind: "absent" },
  };
}

const inserts = [insert(ACCOUNT, "id", "a"), insert(ASSET_METADATA, "asset_id", "a")];

/** A client that never sends anything, and what it was given. */
function silentClient(answer: () => Promise<object>) {
  const client = new DynamoDBClient({ region: "us-east-1" });
  return { client, send: vi.spyOn(client, "send").mockImplementation(answer as typeof client.send) };
}

test("together, mutations are one request with a token", async () => {
  const { client, send } = silentClient(async () => ({}));
  expect(await openStorage(client, { prefix: PREFIX, grouping: "together" }).mutate(inserts)).toBe("done");
  expect(send).toHaveBeenCalledTimes(1);
  const [command] = send.mock.calls[0] ?? [];
  const { TransactItems = [], ClientRequestToken } = (command as TransactWriteItemsCommand).input;
  expect(TransactItems.map((item) => item.Update?.TableName)).toEqual([
    "prod_app.account",
    "prod_scalar.asset_metadata",
  ]);
  expect(ClientRequestToken).toMatch(/^[0-9a-f-]{36}$/);
});

test.each([
  "TransactionCanceledException",
  "TransactionConflictException",
  "ConditionalCheckFailedException",
])("%s is a refusal, not a failure", async (name) => {
  const { client } = silentClient(() => Promise.reject(Object.assign(new Error("no"), { name })));
  expect(await openStorage(client, { prefix: PREFIX, grouping: "together" }).mutate(inserts)).toBe("refused");
});

test("a database that fails is a failure, told when every mutation has ended", async () => {
  let ended = 0;
  const { client } = silentClient(async () => {
    if (ended++ === 0) throw new Error("the database is gone");
    return {};
  });
  const storage = openStorage(client, { prefix: PREFIX, grouping: "each-record" });
  await expect(storage.mutate(inserts)).rejects.toThrow("the database is gone");
  expect(ended).toBe(2);
});

test("record by record, some mutations may be done and others refused", async () => {
  await using ledger = await smallLedger(1);
  const { storage } = ledger.ledger;
  const [first, second] = [insert(ACCOUNT, "id", "new"), insert(ACCOUNT, "id", ledger.assets[0] ?? "")];
  expect(await storage.mutate([first, second])).toBe("partly-done");
  expect(await storage.mutate([first, second])).toBe("refused");
  expect(await storage.mutate([])).toBe("done");
  expect(await storage.get(ACCOUNT, first.key)).toMatchObject({ tx_id: text("tx") });
});
