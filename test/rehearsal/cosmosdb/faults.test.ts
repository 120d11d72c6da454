import { CosmosDBManagementClient, restorePoller } from "@azure/arm-cosmosdb";
import { DefaultAzureCredential } from "@azure/identity";
import { expect, test } from "vitest";
import { ahead, asset, assets, EAGER, refusal, restore, second, startLedger } from "./azure.ts";

test("calls beyond the limit are refused for a while", async () => {
  const { client, cosmosdb, group } = await startLedger();
  cosmosdb.faults.throttle(1);
  await refusal(client.databaseAccounts.get(group, "ledger"), 429);
  expect((await client.databaseAccounts.get(group, "ledger")).name).toBe("ledger");
});

test("an answer can be lost though the call was carried out", async () => {
  const { client, cosmosdb, group } = await startLedger();
  cosmosdb.faults.loseAnswers("Microsoft.DocumentDB/databaseAccounts/write", 1);
  await expect(
    client.databaseAccounts.update(group, "ledger", { tags: { a: "b" } }, EAGER),
  ).rejects.toThrow();
  await expect
    .poll(async () => (await client.databaseAccounts.get(group, "ledger")).tags)
    .toEqual({ a: "b" });
});

test("a restore can stay in Creating for ever", async () => {
  const azure = await startLedger();
  azure.cosmosdb.faults.restoresHang = true;
  ahead(azure, 5_000);
  const at = second(azure.cosmosdb.now() - 2_000);
  ahead(azure, 200_000);
  const poller = restore(azure, { from: azure.ledger, to: "restored", at });
  await poller.submitted();
  expect((await poller.poll()).status).toBe("running");
  const account = await azure.client.databaseAccounts.get(azure.group, "restored");
  expect(account.provisioningState).toBe("Creating");
});

test("a restore is followed to its end by another client, from the state of the first", async () => {
  const azure = await startLedger({ restoreLeastMs: 200, restoreMostMs: 200 });
  const { cosmosdb } = azure;
  ahead(azure, 5_000);
  const at = second(cosmosdb.now() - 2_000);
  ahead(azure, 200_000);
  const poller = restore(azure, { from: azure.ledger, to: "restored", at });
  await poller.submitted();
  const state = await poller.serialize();
  const another = new CosmosDBManagementClient(new DefaultAzureCredential(), cosmosdb.subscription, {
    endpoint: cosmosdb.armEndpoint,
  });
  const again = restorePoller(another, state, another.databaseAccounts.createOrUpdate, EAGER);
  expect((await again.pollUntilDone()).provisioningState).toBe("Succeeded");
});

test("every state of a document is in the journal, under the service's clock", async () => {
  const { cosmosdb, ledger } = await startLedger();
  await assets(ledger).items.create(asset("a", 0, 1));
  await assets(ledger).item("a:0", "a").delete();
  const states = cosmosdb.journalOf("ledger", "scalar", "asset").map(({ item }) => item?.["values"]);
  expect(states).toEqual([{ balance: 1 }, undefined]);
});

test("the figures that are quicker here than in the cloud are told", async () => {
  const { cosmosdb } = await startLedger();
  expect(cosmosdb.scaled).toContainEqual({ what: "shortest restore", hereMs: 0, realMs: 1_800_000 });
});
