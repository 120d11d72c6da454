import { afterAll, beforeAll } from "vitest";
import { type RehearsalDynamodb, startDynamodb } from "../../rehearsal/dynamodb/dynamodb.ts";
import { newTable } from "./dynamodb/new-table.ts";
import { describeStore } from "./store-contract.ts";

let dynamodb: RehearsalDynamodb;
beforeAll(async () => {
  dynamodb = await startDynamodb();
});
afterAll(() => dynamodb.close());

describeStore("the DynamoDB store", {
  opener: new URL("./dynamodb-opener.ts", import.meta.url).href,
  newLocation: async () => JSON.stringify(await newTable(dynamodb.endpoint)),
});
