import type { Item } from "./items.ts";
import { activate, addTable, fill } from "./new-table.ts";
import { defaultSettings } from "./table-settings.ts";
import type { Wire } from "./wire.ts";
import type { World } from "./world.ts";

/** Takes over what the backend holds already; the history of those tables begins now. */
export async function adoptTables(world: World): Promise<void> {
  for await (const name of tableNames(world)) await adoptTable(world, name);
}

async function* tableNames(world: World): AsyncGenerator<string> {
  let after: string | undefined;
  do {
    const page = await world.backend.call<{ TableNames: string[]; LastEvaluatedTableName?: string }>(
      "ListTables",
      after === undefined ? {} : { ExclusiveStartTableName: after },
    );
    yield* page.TableNames;
    after = page.LastEvaluatedTableName;
  } while (after !== undefined);
}

async function adoptTable(world: World, name: string): Promise<void> {
  const { Table: description } = await world.backend.call<{ Table: Wire }>("DescribeTable", {
    TableName: name,
  });
  const table = addTable(world, {
    name,
    description,
    phase: { kind: "active" },
    settings: defaultSettings(),
    createdAtMs: world.clock.now(),
  });
  for await (const items of pages(world, name)) fill(table, items, table.createdAtMs);
  activate(table);
}

async function* pages(world: World, name: string): AsyncGenerator<readonly Item[]> {
  let after: Wire | undefined;
  do {
    const page = await world.backend.call<{ Items: Item[]; LastEvaluatedKey?: Wire }>("Scan", {
      TableName: name,
      ConsistentRead: true,
      ...(after && { ExclusiveStartKey: after }),
    });
    yield page.Items;
    after = page.LastEvaluatedKey;
  } while (after !== undefined);
}
