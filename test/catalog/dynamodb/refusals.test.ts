import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { CreateTableCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { connectCatalog } from "../../../shared/catalog/dynamodb/table.ts";
import { dynamodbStore } from "../../../shared/catalog/dynamodb-store.ts";
import type { Store } from "../../../shared/catalog/store.ts";
import { large } from "../large.ts";
import { serviceError, withAccidents } from "./accident-client.ts";
import { catalogWorld, type World } from "./world.ts";

/** A little more than the ten seconds that one operation may take. */
const OPERATION_LIMIT_MS = 11_500;
const { newWorld } = catalogWorld();
let world: World;

const CALLS: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  read: (store) => store.read("runs", "r"),
  list: (store) => store.list("runs"),
  "list open": (store) => store.listOpen("pauses"),
  write: (store) => store.write("runs", "r", 1, "absent"),
  append: (store) => store.append("run", 0, 1),
  journal: (store) => store.journal("run"),
};

describe("a catalog that refuses", () => {
  afterEach(() => world.faults.deny([]));

  test("for want of a permission names the action, the table and what was not done", async () => {
    world = await newWorld();
    world.faults.deny(["GetItem", "Query", "PutItem", "TransactWriteItems"]);
    for (const [name, call] of Object.entries(CALLS)) {
      const [action, state] = /write|append/.test(name)
        ? ["PutItem", "nothing was written"]
        : ["(GetItem|Query)", "nothing was changed"];
      await expect(call(dynamodbStore(world.table))).rejects.toMatchObject({
        code: "CATALOG_UNREADABLE",
        message: expect.stringMatching(
          new RegExp(
            `^cannot .* in table "${world.table.table}" in "us-east-1": .*dynamodb:${action} .*; ${state}$`,
          ),
        ),
      });
    }
  });

  test("since there is no table says how to come by one", async () => {
    world = await newWorld();
    const store = dynamodbStore({ ...world.table, table: "nowhere" });
    for (const call of Object.values(CALLS))
      await expect(call(store)).rejects.toMatchObject({
        code: "CATALOG_UNREADABLE",
        message: expect.stringContaining(
          'endpoint in the configuration, or create the table with "stillpoint catalog create"',
        ),
      });
  });

  test.each([
    { has: "a ledger's key", keys: ["concatenatedPartitionKey", "concatenatedClusteringKey"], type: "S" },
    { has: "a key of another type", keys: ["pk", "sk"], type: "N" },
  ] as const)("since its table has $has says so, and wants another", async ({ keys: [pk, sk], type }) => {
    world = await newWorld();
    const { client, region } = world.table;
    const table = `ledger-${randomUUID()}`;
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: pk, AttributeType: type },
          { AttributeName: sk, AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: pk, KeyType: "HASH" },
          { AttributeName: sk, KeyType: "RANGE" },
        ],
      }),
    );
    await vi.waitFor(async () => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
      expect(Table?.TableStatus).toBe("ACTIVE");
    }, 10_000);
    const store = dynamodbStore({ ...world.table, table });
    for (const [name, call] of Object.entries(CALLS)) {
      const state = /write|append/.test(name) ? "nothing was written" : "nothing was changed";
      await expect(call(store), name).rejects.toMatchObject({
        code: "CATALOG_UNREADABLE",
        message:
          `cannot use table "${table}" in "${region}" for the catalog: its key is another, and must be ` +
          `pk (HASH S), sk (RANGE S); ${state}. Name another table`,
      });
    }
  });

  test.each(["ExpiredTokenException", "CredentialsProviderError"])(
    "with %s speaks of credentials",
    async (name) => {
      world = await newWorld();
      const store = dynamodbStore(withAccidents(world.table, () => Promise.reject(serviceError(name))));
      for (const call of Object.values(CALLS))
        await expect(call(store)).rejects.toMatchObject({
          code: "CATALOG_UNREADABLE",
          message: expect.stringMatching(/credentials (have expired|were found)/),
        });
    },
  );

  test("a defect of ours is not taken for one of its own", async () => {
    world = await newWorld();
    const store = dynamodbStore(withAccidents(world.table, () => Promise.reject(new TypeError("undefined"))));
    await expect(store.read("runs", "r")).rejects.toThrow(TypeError);
  });
});

describe.concurrent("throttling", () => {
  const BUSY = [
    serviceError("ThrottlingException"),
    serviceError("ProvisionedThroughputExceededException"),
    serviceError("TransactionConflictException"),
    serviceError("InternalServerError", {}, 500),
    serviceError("TransactionCanceledException", {
      CancellationReasons: [{ Code: "TransactionConflict" }, { Code: "None" }],
    }),
  ];

  test("is waited out", async () => {
    const world = await newWorld();
    const left = new Map<string, number>();
    const busy = withAccidents(world.table, async ({ operation }, through) => {
      const nth = left.get(operation) ?? 0;
      left.set(operation, nth + 1);
      if (nth < BUSY.length) throw BUSY[nth];
      return through();
    });
    const store = dynamodbStore(busy);
    const version = await store.write("pauses", "p", { state: "open", ...large(2) }, "absent");
    await store.append("run", 0, 1);
    expect((await store.listOpen("pauses")).records).toMatchObject([{ id: "p", version }]);
    expect(await store.journal("run")).toEqual([1]);
  });

  test("that does not end is reported within the time of one operation, and nothing was written", async () => {
    const world = await newWorld();
    const store = dynamodbStore(
      withAccidents(world.table, () => Promise.reject(serviceError("ThrottlingException"))),
    );
    const startedMs = performance.now();
    const calls = Object.entries(CALLS).map(async ([name, call]) =>
      expect(call(store), name).rejects.toMatchObject({
        code: "CATALOG_UNREADABLE",
        message: expect.stringMatching(/ThrottlingException.*; nothing was (written|changed)$/),
      }),
    );
    await Promise.all(calls);
    expect(performance.now() - startedMs).toBeLessThan(OPERATION_LIMIT_MS);
  });
});

describe.concurrent("a service that does not answer", () => {
  async function silentServer(): Promise<string> {
    const server = createServer(() => {});
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test("is given up within the time of one operation, and nobody knows whether it wrote", async () => {
    const endpoint = await silentServer();
    const store = dynamodbStore(connectCatalog({ table: "t", region: "us-east-1", endpoint }));
    const startedMs = performance.now();
    const [read, write] = await Promise.allSettled([CALLS["read"]?.(store), CALLS["write"]?.(store)]);
    expect(performance.now() - startedMs).toBeLessThan(OPERATION_LIMIT_MS);
    expect(read).toMatchObject({ reason: { code: "CATALOG_UNREADABLE" } });
    expect(write).toMatchObject({
      reason: {
        code: "CATALOG_UNREADABLE",
        message: expect.stringContaining("nobody knows whether it was written"),
      },
    });
  });

  test("where nothing listens is one that surely wrote nothing", async () => {
    const store = dynamodbStore(
      connectCatalog({ table: "t", region: "us-east-1", endpoint: "http://127.0.0.1:1" }),
    );
    await expect(store.write("runs", "r", 1, "absent")).rejects.toMatchObject({
      code: "CATALOG_UNREADABLE",
      message: expect.stringMatching(/ECONNREFUSED.*nothing was written$/),
    });
  });

  test("since its credentials never come is given up as well", async () => {
    const world = await newWorld();
    const store = dynamodbStore(withAccidents(world.table, () => new Promise(() => {})));
    const startedMs = performance.now();
    await expect(store.read("runs", "r")).rejects.toMatchObject({ code: "CATALOG_UNREADABLE" });
    expect(performance.now() - startedMs).toBeLessThan(OPERATION_LIMIT_MS);
  });
});
