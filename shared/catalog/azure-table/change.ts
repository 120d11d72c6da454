import type { TableClient, TransactionAction } from "@azure/data-tables";
import type { Change, Changes, Condition, Item } from "../parted/item-table.ts";
import { entityOf } from "./entity.ts";
import { type EntityKey, entityKey } from "./entity-key.ts";
import { conditionFailed, found } from "./refusal.ts";

/**
 * All of the changes or none. What a condition says of an attribute is looked at first, and the ETag that was found
 * holds it from there on.
 */
export async function change(client: TableClient, changes: Changes, abortSignal: AbortSignal): Promise<void> {
  const [only] = changes;
  if (changes.length === 1 && only.kind === "remove" && only.only === undefined) {
    const { partitionKey, rowKey } = entityKey(only.key);
    await found(client.deleteEntity(partitionKey, rowKey, { abortSignal }));
    return;
  }
  const prepared = await Promise.all(changes.map((one) => actionFor(client, one, abortSignal)));
  const [first, ...others] = prepared.filter((action) => action !== undefined);
  if (first === undefined) return;
  if (others.length > 0) await client.submitTransaction([first, ...others], { abortSignal });
  else await alone(client, first, abortSignal);
}

async function actionFor(
  client: TableClient,
  one: Change,
  abortSignal: AbortSignal,
): Promise<TransactionAction | undefined> {
  switch (one.kind) {
    case "put":
      return putAction(client, one.item, one.only, abortSignal);
    case "remove": {
      const key = entityKey(one.key);
      // A removal of what is not there is refused, and with it all the others.
      const needed = one.only !== undefined || (await etagAt(client, key, abortSignal)) !== undefined;
      return needed ? ["delete", { ...key }] : undefined;
    }
    default:
      return one satisfies never;
  }
}

async function putAction(
  client: TableClient,
  item: Item,
  only: Condition | undefined,
  abortSignal: AbortSignal,
): Promise<TransactionAction> {
  const entity = entityOf(item);
  switch (only?.kind) {
    case undefined:
      return ["upsert", entity, "Replace"];
    case "absent":
      return ["create", entity];
    case "present":
      return ["update", entity, "Replace", { etag: "*" }];
    case "has": {
      const select = [only.attribute];
      const { partitionKey, rowKey } = entity;
      const options = { queryOptions: { select }, abortSignal };
      const before = await found(client.getEntity(partitionKey, rowKey, options));
      if (before?.[only.attribute] !== only.value) throw conditionFailed();
      if (before.etag === undefined) throw new Error("the service told no ETag");
      return ["update", entity, "Replace", { etag: before.etag }];
    }
    default:
      return only satisfies never;
  }
}

async function etagAt(
  client: TableClient,
  { partitionKey, rowKey }: EntityKey,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  const options = { queryOptions: { select: ["PartitionKey"] }, abortSignal };
  return (await found(client.getEntity(partitionKey, rowKey, options)))?.etag;
}

async function alone(
  client: TableClient,
  [action, entity, , options]: TransactionAction,
  abortSignal: AbortSignal,
): Promise<void> {
  switch (action) {
    case "create":
      await client.createEntity(entity, { abortSignal });
      return;
    case "update":
      await client.updateEntity(entity, "Replace", { ...options, abortSignal });
      return;
    case "upsert":
      await client.upsertEntity(entity, "Replace", { abortSignal });
      return;
    case "delete":
      await client.deleteEntity(entity.partitionKey, entity.rowKey, { abortSignal });
      return;
    default:
      action satisfies never;
  }
}
