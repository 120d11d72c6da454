import { afterAll, beforeAll } from "vitest";
import { type Azurite, startAzurite } from "../azurite.ts";
import { newTable } from "./azure-table/new-table.ts";
import { describeStore } from "./store-contract.ts";

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite[Symbol.asyncDispose]());

describeStore("the Azure Table store", {
  opener: new URL("./azure-table-opener.ts", import.meta.url).href,
  newLocation: async () => {
    const { client: _, ...address } = await newTable(azurite);
    return JSON.stringify(address);
  },
});
