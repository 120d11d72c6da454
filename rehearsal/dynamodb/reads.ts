import { type Item, keyText } from "./items.ts";
import { targetOf, withPlainName } from "./journalled.ts";
import { plainNames } from "./table-names.ts";
import type { Wire } from "./wire.ts";
import type { Call, Operations, World } from "./world.ts";

/**
 * A read takes no lock, but it is answered only when the writes that it may have seen have their time: else its
 * client could write something because of them that the journal dates earlier.
 */
async function getItem(world: World, input: Wire & { TableName?: string; Key?: Item }): Promise<object> {
  const { table, text } = targetOf(world, input.TableName, input.Key);
  const answer = await world.backend.call("GetItem", withPlainName(world, input));
  await world.locks.settled(table.id, [text]);
  return answer;
}

async function readTable(world: World, input: Wire & { TableName?: string }, call: Call): Promise<object> {
  const table = world.tables.open(input.TableName);
  const answer = await world.backend.call(call.operation, withPlainName(world, input));
  await world.locks.settled(table.id);
  return answer;
}

interface BatchGetInput extends Wire {
  readonly RequestItems?: { readonly [table: string]: { readonly Keys: readonly Item[] } };
}

async function batchGetItem(world: World, input: BatchGetInput): Promise<object> {
  const wanted = Object.entries(input.RequestItems ?? {}).map(([name, { Keys }]) => {
    const table = world.tables.open(name);
    return { table, keys: Keys.map((key) => keyText(table.keyNames, key)) };
  });
  const { plain, asAsked } = plainNames(world.tables, input.RequestItems ?? {});
  const answer = await world.backend.call("BatchGetItem", { ...input, RequestItems: plain });
  await Promise.all(wanted.map(({ table, keys }) => world.locks.settled(table.id, keys)));
  return {
    ...answer,
    Responses: asAsked(answer["Responses"]),
    UnprocessedKeys: asAsked(answer["UnprocessedKeys"]),
  };
}

export const READS: Operations = {
  GetItem: getItem,
  BatchGetItem: batchGetItem,
  Query: readTable,
  Scan: readTable,
};
