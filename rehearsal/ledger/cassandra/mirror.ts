import { ACCOUNT, ASSET } from "../ledger-tables.ts";
import { type Disagreement, disagreementsIn } from "../mirror.ts";
import { type CassandraEndpoint, withCassandra } from "./endpoint.ts";
import { isCommitted, rowsOf } from "./totals.ts";

export function disagreements(endpoint: CassandraEndpoint): Promise<readonly Disagreement[]> {
  return withCassandra(endpoint, (client) =>
    disagreementsIn({
      assets: () => rowsOf(client, ASSET),
      accounts: () => rowsOf(client, ACCOUNT),
      isCommitted: (txId) => isCommitted(client, txId),
    }),
  );
}
