import { COORDINATOR_STATE } from "../ledger-tables.ts";
import type { TableNames } from "../totals.ts";
import { STATE } from "../tx-record.ts";
import { text } from "../value.ts";
import { selectStatement, tableName } from "./statement.ts";
import type { PoolOf } from "./storage.ts";

/** What the coordinator's table says, read without ScalarDB. */
export interface Coordinator {
  isCommitted(txId: string): Promise<boolean>;
  countTransactions(): Promise<number>;
}

export function coordinatorOf(poolOf: PoolOf, names: TableNames): Coordinator {
  const { dialect, run } = poolOf(COORDINATOR_STATE);
  const table = { ...COORDINATOR_STATE, name: names(COORDINATOR_STATE.name) };
  return {
    async isCommitted(txId) {
      const { rows } = await run(selectStatement(dialect, table, { tx_id: text(txId) }));
      return rows[0]?.["tx_state"] === STATE.committed;
    },
    async countTransactions() {
      const committed = `SELECT COUNT(*) AS n FROM ${tableName(dialect, table)} WHERE tx_state = ${STATE.committed}`;
      const { rows } = await run({ text: committed, values: [] });
      return Number(rows[0]?.["n"]);
    },
  };
}
