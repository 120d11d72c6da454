import { ACCOUNT, ASSET } from "../ledger-tables.ts";
import { type Disagreement, disagreementsIn } from "../mirror.ts";
import type { TableNames } from "../totals.ts";
import { coordinatorOf } from "./coordinator.ts";
import { withPools } from "./database.ts";
import type { JdbcEndpoint } from "./endpoint.ts";
import { ORIGINAL, rowsOf } from "./totals.ts";

export function disagreements(
  endpoint: JdbcEndpoint,
  names: TableNames = ORIGINAL,
): Promise<readonly Disagreement[]> {
  return withPools(endpoint, (poolOf) =>
    disagreementsIn({
      assets: () => rowsOf(poolOf, names, ASSET),
      accounts: () => rowsOf(poolOf, names, ACCOUNT),
      isCommitted: coordinatorOf(poolOf, names).isCommitted,
    }),
  );
}
