import { expect, test } from "vitest";
import { cosmosdbClient, endpointOf } from "../../../../rehearsal/ledger/cosmosdb/endpoint.ts";
import { openCosmosdbStorage } from "../../../../rehearsal/ledger/cosmosdb/storage.ts";
import { cosmosdbTotals } from "../../../../rehearsal/ledger/cosmosdb/totals.ts";
import { executeTransfer } from "../../../../rehearsal/ledger/ledger.ts";
import { LEDGER_TABLES } from "../../../../rehearsal/ledger/ledger-tables.ts";
import { ledgerIdentity, openLedger } from "../../../../rehearsal/ledger/open-ledger.ts";
import { type Azure, ahead, EAGER, restore, second, start } from "../../cosmosdb/azure.ts";

const SEED = "test";

/** A ledger with two assets, restored to a time before a transfer. */
async function restoredLedger() {
  const azure = await start();
  const account = await azure.cosmosdb.createAccount({ name: "ledger" });
  const endpoint = endpointOf(azure.cosmosdb, account);
  await openLedger({ endpoint, prefix: "", seed: SEED, assets: 2, balance: 100 });
  ahead(azure, 5_000);
  const at = second(azure.cosmosdb.now() - 2_000);
  await transfer(cosmosdbClient(endpoint), "late");
  ahead(azure, 200_000);
  await restore(azure, { from: account, to: "restored", at });
  const documents = cosmosdbClient(endpointOf(azure.cosmosdb, azure.cosmosdb.account("restored")));
  return { azure, documents };
}

function transfer(client: ReturnType<typeof cosmosdbClient>, nonce: string) {
  const storage = openCosmosdbStorage(client, { prefix: "", grouping: "together" });
  const recovery = { now: Date.now, expiryMs: 15_000 };
  const moves = [
    { id: "acct-0", delta: -1 },
    { id: "acct-1", delta: 1 },
  ];
  return executeTransfer(
    { storage, recovery, identity: ledgerIdentity(SEED) },
    { nonce, moves, mirror: { kind: "touch", remove: [] } },
  );
}

async function makeStrong({ client, group }: Azure): Promise<void> {
  const strong = { consistencyPolicy: { defaultConsistencyLevel: "Strong" as const } };
  await client.databaseAccounts.update(group, "restored", strong, EAGER);
}

test("a restored ledger refuses all work until its account is Strong and its procedures are back", async () => {
  const { azure, documents } = await restoredLedger();
  await expect(transfer(documents, "weak")).rejects.toThrow(/ConsistencyLevel Strong/);
  await makeStrong(azure);
  const message = expect.stringContaining("Not Found");
  expect(await transfer(documents, "without procedures")).toMatchObject({ kind: "unknown", message });
  for (const { name } of LEDGER_TABLES) {
    const [database = "", container = ""] = name.split(".");
    await documents
      .database(database)
      .container(container)
      .scripts.storedProcedures.create({ id: "mutate.js", body: "function mutate() {}" });
  }
  expect(await cosmosdbTotals(documents)).toMatchObject({ assets: 2, balance: 200, transactions: 1 });
  expect((await transfer(documents, "whole")).kind).toBe("committed");
});
