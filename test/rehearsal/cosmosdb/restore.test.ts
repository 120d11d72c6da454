import { expect, test } from "vitest";
import { ahead, asset, assets, refusal, restore, second, startLedger } from "./azure.ts";

async function put(container: ReturnType<typeof assets>, id: string, balance: number) {
  await container.items.upsert(asset(id, 0, balance));
}

test("a restore makes a new account from what was written before the second", async () => {
  const azure = await startLedger();
  const source = assets(azure.ledger);
  await put(source, "a", 1);
  await put(source, "b", 1);
  ahead(azure, 5_000);
  const at = second(azure.cosmosdb.now() - 2_000);
  await put(source, "a", 2);
  await source.item("b:0", "b").delete();
  ahead(azure, 200_000);
  const account = await restore(azure, { from: azure.ledger, to: "restored", at });
  expect(account.provisioningState).toBe("Succeeded");
  expect(account.instanceId).not.toBe(azure.ledger.instanceId);
  const copy = assets(azure.cosmosdb.account("restored"));
  const { resources } = await copy.items.readAll<ReturnType<typeof asset>>().fetchAll();
  expect(resources.map(({ id, values }) => [id, values.balance]).sort()).toEqual([
    ["a:0", 1],
    ["b:0", 1],
  ]);
});

test("a restore later than the latest restorable timestamp fails after it was accepted", async () => {
  const azure = await startLedger();
  ahead(azure, 200_000);
  await put(assets(azure.ledger), "a", 1);
  ahead(azure, 2_000);
  const at = second(azure.cosmosdb.now());
  const poller = restore(azure, { from: azure.ledger, to: "restored", at });
  await expect(poller).rejects.toThrow(/later than the latest restorable timestamp/);
  const account = await azure.client.databaseAccounts.get(azure.group, "restored");
  expect(account.provisioningState).toBe("Failed");
});

test("a restore into the future is refused", async () => {
  const azure = await startLedger();
  const at = second(azure.cosmosdb.now() + 3_000);
  await refusal(restore(azure, { from: azure.ledger, to: "restored", at }), "BadRequest");
});
