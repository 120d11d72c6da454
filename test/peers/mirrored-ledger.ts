import { type Identity, seededIdentity } from "../../rehearsal/ledger/identity.ts";
import { type Random, sample } from "../../rehearsal/ledger/random.ts";
import { BANK_TABLES, balanceOf, pocketKey, pocketsKey } from "../../rehearsal/scalardb-server/bank.ts";
import {
  LEDGER_SCHEMA,
  type LedgerCount,
  type LedgerFunction,
  openAssets,
  transfer,
  validateAssets,
} from "../../rehearsal/scalardb-server/ledger.ts";
import type { TableSchema } from "../../rehearsal/scalardb-server/schema-loader.ts";
import type { RecordKey, Transaction, Transactions } from "../../rehearsal/scalardb-server/transactions.ts";
import { type Job, startJobs } from "../../rehearsal/scalardb-server/transfer-load.ts";
import { OPENING_BALANCE } from "./applications.ts";
import { type Application, PREFIX } from "./deadly-run.ts";

/** A ledger's tables, and two that its Functions write: these records change in place, come, go, and come again. */
export const MIRRORED_SCHEMA = {
  ...LEDGER_SCHEMA,
  "app.account": {
    transaction: true,
    "partition-key": ["owner"],
    "clustering-key": [],
    columns: { owner: "TEXT", balance: "INT" },
  },
  "app.pocket": BANK_TABLES["app.pocket"],
} as const satisfies Record<string, TableSchema>;

export interface MirroredCount extends LedgerCount {
  readonly mirrors: number;
  readonly pockets: number;
  readonly cash: number;
}

/** Most transfers are among the first few: hot ones beside cold ones. */
const HOT = 6;
const STEP = 10;
const POTS = ["pot-0", "pot-1", "pot-2"] as const;
const SLOTS = 3;
const CASH = 200;

/**
 * Assets, every third of them without a mirror; the others have their balance in a record of a table that changes in
 * place, and none where the balance calls for none. So mirror and asset agree in every consistent state. Beside them is
 * cash in pockets, which Functions alone move about; empty ones are swept away by transactions that only delete.
 */
export async function mirroredLedgerOn(
  server: Transactions,
  count: number,
): Promise<Application<MirroredCount>> {
  const identity = seededIdentity("peer", "peer");
  const ids = Array.from({ length: count }, (_, index) =>
    index % 3 === 2 ? `safe-${index}` : `acct-${index}`,
  );
  await openAssets(server, identity, { nonce: "opening", ids, balance: OPENING_BALANCE });
  await openRecords(server, ids);
  return {
    tables: ["scalar.asset", "scalar.asset_metadata", "app.account", "app.pocket"].map(
      (name) => PREFIX + name,
    ),
    start: (clients) => startJobs({ ...clients, next: (random) => jobOf(random, identity, ids) }),
    count: (any) => countMirrored(any, ids),
  };
}

async function openRecords(server: Transactions, ids: readonly string[]): Promise<void> {
  const transaction = await server.begin();
  await mirror.run(transaction, new Map(ids.map((id) => [id, OPENING_BALANCE])));
  for (const pot of POTS) await transaction.put(pocketKey(pot, 0), { balance: CASH });
  await transaction.commit();
}

function accountKey(owner: string): RecordKey {
  return { table: "app.account", partition: { owner } };
}

function isMirrored(id: string): boolean {
  return id.startsWith("acct-");
}

/** What the record of a mirrored asset says; there is none for every third balance. */
function mirrorOf(balance: number): number | undefined {
  return (balance / STEP) % 3 === 0 ? undefined : balance;
}

const mirror: LedgerFunction = {
  id: "mirror",
  async run(transaction, balances) {
    for (const [id, balance] of balances) {
      if (!isMirrored(id)) continue;
      const wanted = mirrorOf(balance);
      if (wanted !== undefined) await transaction.put(accountKey(id), { balance: wanted });
      else if (await transaction.get(accountKey(id))) await transaction.delete(accountKey(id));
    }
  },
};

function jobOf(random: Random, identity: Identity, ids: readonly string[]): Job {
  const lot = random.below(10);
  if (lot < 4) return moveCash(random);
  return lot === 4 ? sweep(random) : mirroredTransfer(random, identity, ids);
}

function mirroredTransfer(random: Random, identity: Identity, ids: readonly string[]): Job {
  const among = random.below(3) > 0 ? ids.slice(0, HOT) : ids;
  const amount = STEP * (1 + random.below(4));
  const moves = sample(random, among, 2).map((id, index) => ({ id, delta: index === 0 ? -amount : amount }));
  const also = moves.some(({ id }) => isMirrored(id)) ? mirror : undefined;
  return {
    told: JSON.stringify(moves),
    attempt: (server) => transfer(server, identity, { nonce: random.uuid(), moves, also }),
  };
}

function pocketOf(random: Random): RecordKey {
  return pocketKey(POTS[random.below(POTS.length)] ?? POTS[0], random.below(SLOTS));
}

/** Some or all that there is in one pocket goes into another one; a pocket stays behind even where it is empty. */
function moveCash(random: Random): Job {
  const [from, to] = [pocketOf(random), pocketOf(random)];
  const share = 1 + random.below(3);
  return {
    told: `cash of ${JSON.stringify(from)} to ${JSON.stringify(to)}`,
    async attempt(server) {
      const transaction = await server.begin();
      const [held, others] = [balanceOf(await transaction.get(from)), balanceOf(await transaction.get(to))];
      const moved = Math.ceil(held / share);
      if (moved > 0 && JSON.stringify(from) !== JSON.stringify(to)) {
        await transaction.put(from, { balance: held - moved });
        await transaction.put(to, { balance: others + moved });
      }
      await transaction.commit();
    },
  };
}

/** Deletes the empty pockets of a pot, and writes nothing. */
function sweep(random: Random): Job {
  const pot = POTS[random.below(POTS.length)] ?? POTS[0];
  return {
    told: `sweep ${pot}`,
    async attempt(server) {
      const transaction = await server.begin();
      const rows = await transaction.scan(pocketsKey(pot));
      const empty = rows.filter((row) => balanceOf(row) === 0);
      for (const row of empty) await transaction.delete(pocketKey(pot, row["slot"] as number));
      await transaction.commit();
    },
  };
}

/** Reads everything through ScalarDB and checks that records and assets agree. */
async function countMirrored(server: Transactions, ids: readonly string[]): Promise<MirroredCount> {
  const ledger = await validateAssets(server, ids);
  const transaction = await server.begin();
  const mirrors = await readMirrors(transaction, ids.filter(isMirrored));
  const pockets = [];
  for (const pot of POTS) pockets.push(...(await transaction.scan(pocketsKey(pot))));
  await transaction.commit();
  const cash = pockets.reduce((sum, row) => sum + balanceOf(row), 0);
  if (cash !== CASH * POTS.length) throw new Error(`There is ${cash} in the pockets`);
  return { ...ledger, mirrors, pockets: pockets.length, cash };
}

async function readMirrors(transaction: Transaction, ids: readonly string[]): Promise<number> {
  let mirrors = 0;
  for (const id of ids) {
    const metadata = await transaction.get({ table: "scalar.asset_metadata", partition: { asset_id: id } });
    const age = metadata?.["latest_age"] as number;
    const asset = await transaction.get({ table: "scalar.asset", partition: { id }, clustering: { age } });
    const { balance } = JSON.parse(asset?.["output"] as string) as { readonly balance: number };
    const row = await transaction.get(accountKey(id));
    if (row?.["balance"] !== mirrorOf(balance))
      throw new Error(`"${id}" has ${balance}, and its mirror ${row?.["balance"]}`);
    mirrors += row === undefined ? 0 : 1;
  }
  return mirrors;
}
