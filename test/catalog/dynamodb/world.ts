import { afterAll, beforeAll } from "vitest";
import { type RehearsalDynamodb, startDynamodb } from "../../../rehearsal/dynamodb/dynamodb.ts";
import type { Item } from "../../../rehearsal/dynamodb/items.ts";
import { type CatalogTable, connectCatalog } from "../../../shared/catalog/dynamodb/table.ts";
import { newTable } from "./new-table.ts";

process.env["AWS_ACCESS_KEY_ID"] ??= "test";
process.env["AWS_SECRET_ACCESS_KEY"] ??= "test";

export interface World {
  readonly table: CatalogTable;
  readonly faults: RehearsalDynamodb["faults"];
  /** All items as they are, by their partition. */
  items(): Readonly<Record<string, readonly Item[]>>;
}

/** A DynamoDB for the tests of one file, and for each test a table of its own. */
export function catalogWorld(): { readonly newWorld: () => Promise<World> } {
  let dynamodb: RehearsalDynamodb;
  beforeAll(async () => {
    dynamodb = await startDynamodb();
  });
  afterAll(() => dynamodb.close());
  const newWorld = async () => {
    const address = await newTable(dynamodb.endpoint);
    const items = () => {
      const all = dynamodb.itemsAt(address.table, { instantMs: Number.POSITIVE_INFINITY });
      return Object.groupBy(all, ({ pk }) => String(pk?.["S"]).replace(/^parts\/.*/, "parts")) as Readonly<
        Record<string, readonly Item[]>
      >;
    };
    return { table: connectCatalog(address), faults: dynamodb.faults, items };
  };
  return { newWorld };
}
