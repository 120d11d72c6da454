import { seededIdentity } from "../../rehearsal/ledger/identity.ts";
import { type BankCount, countMoney } from "../../rehearsal/scalardb-server/bank.ts";
import {
  type LedgerCount,
  ledgerJob,
  openAssets,
  validateAssets,
} from "../../rehearsal/scalardb-server/ledger.ts";
import { startJobs, startTransfers } from "../../rehearsal/scalardb-server/transfer-load.ts";
import type { ScalardbWorld } from "../../rehearsal/scalardb-world.ts";
import { type Application, PREFIX } from "./deadly-run.ts";

/** Tables that anybody may change. */
export function bankOf(world: ScalardbWorld): Application<BankCount> {
  const { bank } = world.scalardb;
  return {
    tables: [`${PREFIX}app.account`, `${PREFIX}app.pocket`],
    start: (clients) => startTransfers({ ...clients, bank }),
    count: (server) => countMoney(server, bank),
  };
}

const OPENING_BALANCE = 1000;

/** A ledger whose assets are opened here. */
export async function ledgerOn(world: ScalardbWorld, count: number): Promise<Application<LedgerCount>> {
  const identity = seededIdentity("peer", "peer");
  const ids = Array.from({ length: count }, (_, index) => `acct-${index}`);
  const [any] = world.scalardb.transactions();
  if (any === undefined) throw new Error("No server runs");
  await openAssets(any, identity, { nonce: "opening", ids, balance: OPENING_BALANCE });
  return {
    tables: [`${PREFIX}scalar.asset`, `${PREFIX}scalar.asset_metadata`],
    start: (clients) => startJobs({ ...clients, next: (random) => ledgerJob(random, identity, ids) }),
    count: (server) => validateAssets(server, ids),
  };
}
