import { afterAll, beforeAll, expect, test } from "vitest";
import { createCatalogTable } from "../../../shared/catalog/azure-table/create-table.ts";
import { connectCatalog } from "../../../shared/catalog/azure-table/table.ts";
import { azureTableStore } from "../../../shared/catalog/azure-table-store.ts";
import { type Azurite, KEY_ENV, startAzurite } from "../../azurite.ts";

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite[Symbol.asyncDispose]());

test("the table is created once, and what it holds stays", async () => {
  const address = { ...azurite.table, table: "fresh" };
  expect(await createCatalogTable(address, KEY_ENV)).toEqual({ created: true });
  const store = azureTableStore(await connectCatalog(address, KEY_ENV));
  await store.write("runs", "r", 1, "absent");
  expect(await createCatalogTable(address, KEY_ENV)).toEqual({ created: false });
  expect((await store.read("runs", "r"))?.value).toBe(1);
});

test("a table that cannot be created is told in the service's own words", async () => {
  const address = { ...azurite.table, table: "x" };
  await expect(createCatalogTable(address, KEY_ENV)).rejects.toMatchObject({
    code: "CATALOG_UNREADABLE",
    message: expect.stringMatching(
      /^cannot create the catalog in table "x" in account "devstoreaccount1": .*; nothing was changed$/,
    ),
  });
});

test("without the key that the configuration names nothing is contacted", async () => {
  const address = { ...azurite.table, table: "fresh", key: { env: "NO_SUCH_KEY" } };
  await expect(createCatalogTable(address, KEY_ENV)).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining('in the environment variable "NO_SUCH_KEY": it is not set'),
  });
});
