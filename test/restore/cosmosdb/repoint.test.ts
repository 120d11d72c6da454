import { expect, test } from "vitest";
import { repointLines } from "../../../shared/restore/cosmosdb/repoint.ts";
import { AzureSituation } from "./azure-situation.ts";
import { LEDGER, ledgerAndAuditor, lookedAt, planOf } from "./example-plan.ts";

test("what to change is told with the command that fetches the key, never with a key", async () => {
  const situation = new AzureSituation(planOf([lookedAt(LEDGER)]));
  expect(repointLines(await situation.run())).toEqual([
    "scalar.db.contact_points=https://payments-ledger-sp-0a1b2c3d.documents.azure.com:443/",
    "scalar.db.password=KEY, which this prints:",
    "  az cosmosdb keys list --subscription 00000000-0000-0000-0000-000000000001 --resource-group payments --name payments-ledger-sp-0a1b2c3d --query primaryMasterKey --output tsv",
  ]);
});

test("each account of a deployment has its lines, and a look at a copy changes nothing", async () => {
  const lines = repointLines(await new AzureSituation(ledgerAndAuditor()).run());
  expect(lines.filter((line) => line.startsWith("scalar.db.contact_points="))).toHaveLength(2);
  expect(repointLines(await new AzureSituation(ledgerAndAuditor("side-by-side")).run())).toEqual([]);
});
