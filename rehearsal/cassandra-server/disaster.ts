import { chooser, type Damage } from "../ledger/disaster.ts";
import { seededRandom } from "../ledger/random.ts";
import type { CassandraCluster } from "./cassandra-cluster.ts";
import { withCql } from "./cql-client.ts";

/** The same script as for the other databases: it resets balances and prunes accounts, past ScalarDB. */
export function ruinBank(cluster: CassandraCluster, seed: string, share: number): Promise<Damage> {
  const random = seededRandom(`${seed} disaster`);
  return withCql(cluster, async (client) => {
    const { rows } = await client.execute("SELECT id FROM app.account");
    const ids = rows.map((row) => String(row["id"])).sort();
    const damage = { overwritten: 0, deleted: 0 };
    for (const id of ids.filter(chooser(share))) {
      const kind = random.below(2) === 0 ? "deleted" : "overwritten";
      await client.execute(STRIKES[kind], [id]);
      damage[kind]++;
    }
    return damage;
  });
}

const STRIKES = {
  deleted: "DELETE FROM app.account WHERE id = ?",
  overwritten: "UPDATE app.account SET balance = 0 WHERE id = ?",
} as const;
