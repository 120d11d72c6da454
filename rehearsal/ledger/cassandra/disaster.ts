import { chooser, type Damage } from "../disaster.ts";
import { ASSET } from "../ledger-tables.ts";
import { seededRandom } from "../random.ts";
import { numberOf, textOf } from "../value.ts";
import { type CassandraEndpoint, withCassandra } from "./endpoint.ts";
import { rowsOf } from "./totals.ts";

export interface CassandraDisasterOptions {
  readonly seed: string;
  /** Which share of the assets is struck, from 0 to 1; at least one is. */
  readonly share: number;
}

const RUINED_OUTPUT = '{"balance":0,"n":0}';

/** The same script as for DynamoDB: it resets balances and prunes rows, past the service and its hashes. */
export function ruinCassandra(
  endpoint: CassandraEndpoint,
  { seed, share }: CassandraDisasterOptions,
): Promise<Damage> {
  const random = seededRandom(`${seed} disaster`);
  return withCassandra(endpoint, async (client) => {
    const ages = new Map<string, number[]>();
    for await (const row of rowsOf(client, ASSET)) {
      const id = textOf(row, "id");
      ages.set(id, [...(ages.get(id) ?? []), numberOf(row, "age")]);
    }
    const damage = { overwritten: 0, deleted: 0 };
    for (const id of [...ages.keys()].sort().filter(chooser(share))) {
      const own = ages.get(id) ?? [];
      if (random.below(2) === 0) {
        await client.execute(`DELETE FROM ${ASSET.name} WHERE id = ?`, [id]);
        damage.deleted += own.length;
        continue;
      }
      for (const age of own)
        await client.execute(`UPDATE ${ASSET.name} SET output = ? WHERE id = ? AND age = ?`, [
          RUINED_OUTPUT,
          id,
          age,
        ]);
      damage.overwritten += own.length;
    }
    return damage;
  });
}
