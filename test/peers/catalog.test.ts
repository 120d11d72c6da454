import { rm } from "node:fs/promises";
import { afterAll, beforeAll } from "vitest";
import { type DynamodbLocal, startDynamodbLocal } from "../../rehearsal/scalardb-server/dynamodb-local.ts";
import { newTable } from "../catalog/dynamodb/new-table.ts";
import { describeStore } from "../catalog/store-contract.ts";
import { temporaryFolder } from "./temporary-folder.ts";

let dir: string;
let local: DynamodbLocal;
beforeAll(async () => {
  dir = await temporaryFolder();
  local = await startDynamodbLocal(dir);
});
afterAll(async () => {
  await local?.process.kill();
  await rm(dir, { recursive: true, force: true });
});

/** Transactions of Amazon's own making. */
describeStore("the DynamoDB store on DynamoDB Local", {
  opener: new URL("../catalog/dynamodb-opener.ts", import.meta.url).href,
  newLocation: async () => JSON.stringify(await newTable(local.endpoint)),
});
