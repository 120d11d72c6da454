import type { CosmosClient } from "@azure/cosmos";
import { chooser, type Damage } from "../disaster.ts";
import { ASSET } from "../ledger-tables.ts";
import { seededRandom } from "../random.ts";
import type { RecordDocument } from "./document.ts";
import { containerOf } from "./storage.ts";

const RUINED_OUTPUT = '{"balance":0,"n":0}';

export interface CosmosdbDisasterOptions {
  readonly seed: string;
  /** Which share of the assets is struck, from 0 to 1; at least one is. */
  readonly share: number;
  readonly prefix?: string;
}

/** The same script as for DynamoDB: it resets balances and prunes records, past the service and its hashes. */
export async function ruinCosmosdb(
  client: CosmosClient,
  { seed, share, prefix = "" }: CosmosdbDisasterOptions,
): Promise<Damage> {
  const random = seededRandom(`${seed} disaster`);
  const isStruck = chooser(share);
  const container = containerOf(client, prefix, ASSET);
  const damage = { overwritten: 0, deleted: 0 };
  const { resources } = await container.items.readAll<RecordDocument>().fetchAll();
  const sorted = resources.sort((a, b) => (a.concatenatedPartitionKey < b.concatenatedPartitionKey ? -1 : 1));
  for (const document of sorted.filter(({ concatenatedPartitionKey: id }) => isStruck(id))) {
    const item = container.item(document.id, document.concatenatedPartitionKey);
    if (random.below(2) === 0) {
      await item.delete();
      damage.deleted++;
    } else {
      await item.replace({ ...document, values: { ...document.values, output: RUINED_OUTPUT } });
      damage.overwritten++;
    }
  }
  return damage;
}
