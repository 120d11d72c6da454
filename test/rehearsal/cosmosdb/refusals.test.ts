import { expect, test } from "vitest";
import { ahead, EAGER, FOR_LONG_MS, refusal, restore, second, startLedger } from "./azure.ts";

const ACTION = "Microsoft.DocumentDB/locations/restorableDatabaseAccounts/restore/action";

/** An account that can be restored to a second, and a restore of it with something different. */
async function restorable(...start: Parameters<typeof startLedger>) {
  const azure = await startLedger(...start);
  ahead(azure, 5_000);
  const at = second(azure.cosmosdb.now() - 2_000);
  ahead(azure, 200_000);
  const attempt = (differently: object = {}, parameters: object = {}, to = "restored") =>
    restore(azure, { from: azure.ledger, to, at }, differently, parameters);
  return { ...azure, at, attempt };
}

test.each([
  ["before the account was created", -3_600_000, /after the account has been created/],
  ["in the future", 3_600_000, /in the past/],
])("a restore to a time %s is refused", async (_, offsetMs, message) => {
  const { attempt, cosmosdb } = await restorable();
  const restoreTimestampInUtc = second(cosmosdb.now() + offsetMs);
  const error = await refusal(attempt({}, { restoreTimestampInUtc }), "BadRequest");
  expect(error.message).toMatch(message);
});

test("a restore to a time older than the retention is refused", async () => {
  const { attempt, cosmosdb } = await restorable();
  const DAY_MS = 86_400_000;
  cosmosdb.backdate("ledger", cosmosdb.now() - 40 * DAY_MS);
  const restoreTimestampInUtc = second(cosmosdb.now() - 31 * DAY_MS);
  const error = await refusal(attempt({}, { restoreTimestampInUtc }), "BadRequest");
  expect(error.message).toContain("after the oldest restorable time");
});

test("a restore of a deleted account to a time after its deletion is refused", async () => {
  const { attempt, client, cosmosdb, group } = await restorable();
  await client.databaseAccounts.delete(group, "ledger", EAGER);
  ahead({ client, cosmosdb, group }, 10_000);
  const restoreTimestampInUtc = second(cosmosdb.now() - 2_000);
  const error = await refusal(attempt({}, { restoreTimestampInUtc }), "BadRequest");
  expect(error.message).toContain("before the account has been deleted");
  expect((await attempt()).provisioningState).toBe("Succeeded");
});

test("a restore of an instance that nobody knows is refused", async () => {
  const { attempt } = await restorable();
  const restoreSource =
    "/subscriptions/s/providers/Microsoft.DocumentDB/locations/japaneast/restorableDatabaseAccounts/none";
  const error = await refusal(attempt({}, { restoreSource }), "BadRequest");
  expect(error.message).toContain("is no restorable database account");
});

test("a restore under a name that is taken, here or by another customer, is refused", async () => {
  const { attempt, cosmosdb } = await restorable();
  cosmosdb.faults.takenNames.add("elsewhere");
  for (const name of ["ledger", "elsewhere"]) {
    const error = await refusal(attempt({}, {}, name), "BadRequest");
    expect(error.message).toContain("is already taken");
  }
});

test("a restore into a region where the source was not at that time is refused", async () => {
  const { attempt } = await restorable();
  const locations = [{ locationName: "West US", failoverPriority: 0 }];
  const error = await refusal(attempt({ locations }), "BadRequest");
  expect(error.message).toContain("did not exist in location 'West US'");
});

test("a restore into several regions, or with writes in several, is refused", async () => {
  const { attempt } = await restorable();
  const locations = [{ locationName: "Japan East" }, { locationName: "Japan West" }];
  await refusal(attempt({ locations }), "BadRequest");
  await refusal(attempt({ enableMultipleWriteLocations: true }), "BadRequest");
});

test("a restore of an account that writes in several regions is refused", async () => {
  const properties = { enableMultipleWriteLocations: true };
  const { attempt } = await restorable({}, { properties });
  const error = await refusal(attempt(), "BadRequest");
  expect(error.message).toContain("multiple write locations");
});

test("a restore with an identity of its own for encryption is refused", async () => {
  const { attempt } = await restorable();
  await refusal(attempt({ defaultIdentity: "FirstPartyIdentity" }), "BadRequest");
});

test("a restore of a database or a container that was not there at that time is refused", async () => {
  const { attempt } = await restorable();
  const database = [{ databaseName: "none", collectionNames: [] }];
  await refusal(attempt({}, { databasesToRestore: database }), "BadRequest");
  const container = [{ databaseName: "scalar", collectionNames: ["none"] }];
  await refusal(attempt({}, { databasesToRestore: container }), "BadRequest");
});

test("a restore without its permission names the action and the restorable account", async () => {
  const { attempt, cosmosdb, ledger } = await restorable();
  cosmosdb.faults.deny([ACTION]);
  const error = await refusal(attempt(), "AuthorizationFailed");
  expect(error["statusCode"]).toBe(403);
  expect(error.message).toContain(`perform action '${ACTION}' over scope`);
  expect(error.message).toContain(ledger.instanceId);
});

test("every other action can be denied too, over the scope that was asked", async () => {
  const { client, cosmosdb, group } = await startLedger();
  cosmosdb.faults.deny(["Microsoft.DocumentDB/databaseAccounts/listKeys/action"]);
  const error = await refusal(client.databaseAccounts.listKeys(group, "ledger"), "AuthorizationFailed");
  expect(error.message).toMatch(/over scope '\/subscriptions\/[^']*\/databaseAccounts\/ledger'/);
});

test("an account being restored is Creating, without an address, and closed to other operations", async () => {
  const { attempt, client, group } = await restorable({
    restoreLeastMs: FOR_LONG_MS,
    restoreMostMs: FOR_LONG_MS,
  });
  await attempt().submitted();
  const account = await client.databaseAccounts.get(group, "restored");
  expect(account).toMatchObject({ provisioningState: "Creating" });
  expect(account.documentEndpoint).toBeUndefined();
  await refusal(attempt(), "PreconditionFailed");
  await refusal(client.databaseAccounts.listKeys(group, "restored"), "BadRequest");
});

test("a backup policy changes alone, and never back to periodic", async () => {
  const { client, group } = await startLedger();
  const continuous = { type: "Continuous", continuousModeProperties: { tier: "Continuous7Days" } } as const;
  const both = { backupPolicy: continuous, publicNetworkAccess: "Disabled" as const };
  const error = await refusal(client.databaseAccounts.update(group, "ledger", both, EAGER), "BadRequest");
  expect(error.message).toContain(
    "Cannot update continuous backup mode and other properties at the same time",
  );
  await client.databaseAccounts.update(group, "ledger", { backupPolicy: continuous }, EAGER);
  const periodic = { backupPolicy: { type: "Periodic" as const } };
  await refusal(client.databaseAccounts.update(group, "ledger", periodic, EAGER), "BadRequest");
});

test("regions change in a call of their own, and Strong goes with one region of writes only", async () => {
  const { client, group } = await startLedger();
  const locations = [{ locationName: "Japan East" }, { locationName: "Japan West" }];
  const both = { locations, publicNetworkAccess: "Disabled" as const };
  await refusal(client.databaseAccounts.update(group, "ledger", both, EAGER), "BadRequest");
  const multi = { enableMultipleWriteLocations: true };
  const error = await refusal(client.databaseAccounts.update(group, "ledger", multi, EAGER), "BadRequest");
  expect(error.message).toContain("Strong consistency");
});

test("an account that was made again cannot be restored from the lifetime of the one before", async () => {
  const { attempt, client, cosmosdb, group, ledger, at } = await restorable();
  await client.databaseAccounts.delete(group, "ledger", EAGER);
  const again = await cosmosdb.createAccount({ name: "ledger" });
  expect(again.instanceId).not.toBe(ledger.instanceId);
  const error = await refusal(
    restore({ client, cosmosdb, group }, { from: again, to: "again", at }),
    "BadRequest",
  );
  expect(error.message).toContain("after the account has been created");
  expect((await attempt()).provisioningState).toBe("Succeeded");
});

test("a restore fails when its source is deleted meanwhile", async () => {
  const { attempt, client, group } = await restorable({ restoreLeastMs: 300, restoreMostMs: 300 });
  const poller = attempt();
  await poller.submitted();
  await client.databaseAccounts.delete(group, "ledger", EAGER);
  await expect(poller).rejects.toThrow(/was deleted while it was being restored/);
});
