import type { Item } from "./items.ts";
import { journalled, type Target, targetOf, withPlainName } from "./journalled.ts";
import { Refusal } from "./refusal.ts";
import { plainNames } from "./table-names.ts";
import type { Wire } from "./wire.ts";
import type { Call, Operations, World } from "./world.ts";

type WriteInput = Wire & { readonly TableName?: string; readonly Item?: Item; readonly Key?: Item };

async function writeItem(world: World, input: WriteInput, call: Call): Promise<object> {
  const target = targetOf(world, input.TableName, input.Item ?? input.Key);
  return journalled(world, call, [target], async () => {
    try {
      return await world.backend.call(call.operation, withPlainName(world, input));
    } catch (error) {
      throw withOldItem(error, input, target);
    }
  });
}

/** dynalite ignores `ReturnValuesOnConditionCheckFailure`; under the item's lock the journal is the table. */
function withOldItem(error: unknown, input: WriteInput, { table, text }: Target): unknown {
  const wanted = input["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD";
  if (!wanted || !(error instanceof Refusal) || error.type !== "ConditionalCheckFailedException")
    return error;
  const item = table.journal.latest(text);
  return item === undefined ? error : new Refusal(error.status, { Item: item, ...error.body });
}

interface WriteRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

interface BatchWriteInput extends Wire {
  readonly RequestItems?: { readonly [table: string]: readonly WriteRequest[] };
}

/** What the backend left unprocessed is read back as it was, and makes no entry. */
async function batchWriteItem(world: World, input: BatchWriteInput, call: Call): Promise<object> {
  const requests = Object.entries(input.RequestItems ?? {});
  const targets = requests.flatMap(([name, writes]) =>
    writes.map(({ PutRequest, DeleteRequest }) =>
      targetOf(world, name, PutRequest?.Item ?? DeleteRequest?.Key),
    ),
  );
  const { plain, asAsked } = plainNames(world.tables, input.RequestItems ?? {});
  const write = () => world.backend.call("BatchWriteItem", { ...input, RequestItems: plain });
  const answer = await journalled(world, call, targets, write);
  return { ...answer, UnprocessedItems: asAsked(answer["UnprocessedItems"]) };
}

export const WRITES: Operations = {
  PutItem: writeItem,
  UpdateItem: writeItem,
  DeleteItem: writeItem,
  BatchWriteItem: batchWriteItem,
};
