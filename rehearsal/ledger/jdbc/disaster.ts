import { chooser, type Damage } from "../disaster.ts";
import { ASSET } from "../ledger-tables.ts";
import { seededRandom } from "../random.ts";
import { withPools } from "./database.ts";
import type { JdbcEndpoint } from "./endpoint.ts";
import { tableName } from "./statement.ts";

export interface JdbcDisasterOptions {
  readonly seed: string;
  /** Which share of the rows' ids is struck, from 0 to 1; at least one is. */
  readonly share: number;
  /** Default: the ledger's assets. */
  readonly target?: Target;
}

/** A table with a column `id`, and what an overwritten row of it gets in one column. */
interface Target {
  readonly table: string;
  readonly column: string;
  readonly value: string | number;
}

const ASSETS: Target = { table: ASSET.name, column: "output", value: '{"balance":0,"n":0}' };

/** The same script as for DynamoDB: it resets balances and prunes rows, past the service and its hashes. */
export function ruinJdbc(
  endpoint: JdbcEndpoint,
  { seed, share, target = ASSETS }: JdbcDisasterOptions,
): Promise<Damage> {
  const random = seededRandom(`${seed} disaster`);
  return withPools(endpoint, async (poolOf) => {
    const { dialect, run } = poolOf({ name: target.table });
    const [table, column] = [tableName(dialect, { name: target.table }), dialect.quote(target.column)];
    const [first, second] = [dialect.placeholder(1), dialect.placeholder(2)];
    const { rows } = await run({ text: `SELECT DISTINCT id FROM ${table} ORDER BY id`, values: [] });
    const damage = { overwritten: 0, deleted: 0 };
    for (const id of rows.map((row) => String(row["id"])).filter(chooser(share))) {
      const kind = random.below(2) === 0 ? "deleted" : "overwritten";
      const { written } = await run(
        kind === "deleted"
          ? { text: `DELETE FROM ${table} WHERE id = ${first}`, values: [id] }
          : {
              text: `UPDATE ${table} SET ${column} = ${first} WHERE id = ${second}`,
              values: [target.value, id],
            },
      );
      damage[kind] += written;
    }
    return damage;
  });
}
