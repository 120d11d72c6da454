import { expect, test } from "vitest";
import { makeStrong } from "../../../shared/databases/cosmosdb/make-strong.ts";
import { openWay } from "../../../shared/databases/cosmosdb/open-way.ts";
import { scanContainer } from "../../../shared/databases/cosmosdb/rows.ts";
import { EAGER } from "../../rehearsal/cosmosdb/azure.ts";
import { fill, RUN, startProd } from "./prod.ts";
import { restoreNow, TARGET, until } from "./restored.ts";

test("where keys are switched off this identity gives itself the reading, and reads", async () => {
  const azure = await startProd();
  await fill(azure, 3);
  const account = await restoreNow(azure);
  const { connection } = azure.database;
  await makeStrong(connection, TARGET);
  const off = { disableLocalAuth: true };
  await azure.client.databaseAccounts.update(azure.group, TARGET, off, EAGER);
  await until(() => openWay(connection, { account, name: TARGET, run: RUN }));
  let rows = 0;
  const schema = { physical: `${TARGET}/bank/accounts`, columns: {} };
  for await (const page of scanContainer(connection, schema, 0, 1)) rows += page.rows.length;
  expect(rows).toBe(3);
});
