import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import {
  accountKey,
  balanceOf,
  countMoney,
  pocketKey,
  pocketsKey,
} from "../../rehearsal/scalardb-server/bank.ts";
import { startDynamodbLocal } from "../../rehearsal/scalardb-server/dynamodb-local.ts";
import type { Transaction, Transactions } from "../../rehearsal/scalardb-server/transactions.ts";
import { startTransfers } from "../../rehearsal/scalardb-server/transfer-load.ts";
import { type ScalarDbWorld, startScalarDbWorld } from "../../rehearsal/scalardb-server/world.ts";
import { AdminClients } from "../../shared/admin/admin-clients.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const cleanUp = new AsyncDisposableStack();
let world: ScalarDbWorld;
let server: Transactions;

beforeAll(async () => {
  const dir = await temporaryFolder();
  cleanUp.defer(() => rm(dir, { recursive: true, force: true }));
  const local = await startDynamodbLocal(dir);
  cleanUp.defer(() => local.process.kill());
  const storage = { endpoint: local.endpoint };
  world = cleanUp.use(await startScalarDbWorld({ storage, dir, servers: 1, accounts: 10, settings: "bare" }));
  [server] = world.transactions() as [Transactions];
});
afterAll(() => cleanUp.disposeAsync());

async function inTransaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const transaction = await server.begin();
  const result = await work(transaction);
  await transaction.commit();
  return result;
}

test("records are inserted, read, scanned in order and deleted", async () => {
  await inTransaction(async (transaction) => {
    await transaction.put(pocketKey("nobody", 2), { balance: 20 });
    await transaction.put(pocketKey("nobody", 1), { balance: 10 });
  });
  const scanned = await inTransaction((transaction) => transaction.scan(pocketsKey("nobody")));
  expect(scanned).toEqual([
    { account: "nobody", slot: 1, balance: 10 },
    { account: "nobody", slot: 2, balance: 20 },
  ]);
  await inTransaction(async (transaction) => {
    for (const slot of [1, 2]) await transaction.delete(pocketKey("nobody", slot));
  });
  expect(await inTransaction((transaction) => transaction.get(pocketKey("nobody", 1)))).toBeUndefined();
});

test("an aborted transaction leaves nothing", async () => {
  const transaction = await server.begin();
  await transaction.put(accountKey("nobody"), { balance: 1 });
  await transaction.abort();
  expect(await inTransaction((later) => later.get(accountKey("nobody")))).toBeUndefined();
});

test("the slower of two that change one record has a conflict, and an unknown table is invalid", async () => {
  const key = accountKey("account-0");
  const [one, other] = [await server.begin(), await server.begin()];
  for (const transaction of [one, other]) {
    await transaction.put(key, { balance: balanceOf(await transaction.get(key)) });
  }
  await one.commit();
  await expect(other.commit()).rejects.toMatchObject({ kind: "conflict" });
  const lost = await server.begin();
  await expect(lost.get({ table: "app.nowhere", partition: { id: "x" } })).rejects.toMatchObject({
    kind: "invalid",
  });
});

test("clients move money without making or losing any, and what failed does not hold up a drain", async () => {
  const load = startTransfers({ bank: world.bank, servers: [server], clients: 4, seed: "transactions" });
  await expect.poll(() => load.calls().length, { timeout: 60_000 }).toBeGreaterThan(30);
  const calls = await load.stop();
  expect(calls.reduce((conflicts, call) => conflicts + call.conflicts, 0)).toBeGreaterThan(0);
  expect(await countMoney(server, world.bank)).toMatchObject({ accounts: 10, total: world.bank.total });

  const admin = new AdminClients({ clock: () => performance.now() });
  onTestFinished(() => admin.close());
  const instances = world.servers().map(({ host, port }) => ({ component: "scalardb-server", host, port }));
  const paused = await admin.pause(instances, { drainWaitMs: 2_000, deadlineMs: 5_000 });
  expect(paused.map(({ kind }) => kind)).toEqual(["paused"]);
  await expect(server.begin()).rejects.toMatchObject({ kind: "refused" });
  await admin.unpause(instances, { deadlineMs: 5_000 });
  await (await server.begin()).abort();
});
