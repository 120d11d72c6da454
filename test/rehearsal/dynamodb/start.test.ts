import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { startDynamodb } from "../../../rehearsal/dynamodb/dynamodb.ts";
import { AT_ONCE, CREDENTIALS, createTable, put, recover, start } from "./swift.ts";

/** A port on which nothing listens. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("a backend that does not answer is named, and nothing is left running", async () => {
  const backend = `http://127.0.0.1:${await unusedPort()}`;
  await expect(startDynamodb({ backend })).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringContaining(backend),
  });
});

test("a port that is taken is named", async () => {
  const { db } = await start();
  await expect(startDynamodb({ port: db.port })).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringContaining(`"${db.port}"`),
  });
});

test("what a backend holds already is taken over, and its history begins there", async () => {
  const under = await start();
  await createTable(under);
  for (let n = 0; n < 30; n++) await put(under, `id-${n}`, n);

  const over = await startDynamodb({ backend: under.db.endpoint, pace: AT_ONCE });
  const client = new DynamoDBClient({
    endpoint: over.endpoint,
    region: over.region,
    credentials: CREDENTIALS,
  });
  await recover({ db: over, client }, "accounts", true);
  await put({ db: over, client }, "id-0", 99);
  const { Item } = await client.send(
    new GetItemCommand({ TableName: "accounts", Key: { id: { S: "id-0" } } }),
  );

  expect(Item?.["balance"]).toEqual({ N: "99" });
  expect(over.journalOf("accounts")).toHaveLength(31);
  expect(over.itemsAt("accounts", { instantMs: over.now() })).toHaveLength(30);
  client.destroy();
  await over.close();
});
