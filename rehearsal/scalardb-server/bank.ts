import { setTimeout as delay } from "node:timers/promises";
import type { TableSchema } from "./schema-loader.ts";
import { isTransactionFailure } from "./transaction-failure.ts";
import type { RecordKey, Transaction, Transactions } from "./transactions.ts";

/**
 * A bank in two tables: accounts, which are updated, and pockets of accounts, which come and go. Every transfer
 * moves money between records of one transaction, so the total over both tables never changes.
 */
export const BANK_TABLES = {
  "app.account": {
    transaction: true,
    "partition-key": ["id"],
    "clustering-key": [],
    columns: { id: "TEXT", balance: "INT", region: "TEXT" },
    "secondary-index": ["region"],
  },
  "app.pocket": {
    transaction: true,
    "partition-key": ["account"],
    "clustering-key": ["slot"],
    columns: { account: "TEXT", slot: "INT", balance: "INT" },
  },
} as const satisfies Record<string, TableSchema>;

export interface Bank {
  readonly accounts: readonly string[];
  readonly total: number;
}

export interface BankCount {
  readonly accounts: number;
  readonly pockets: number;
  readonly total: number;
}

const REGIONS = ["eu", "jp", "us"];
/** Records in one transaction; DynamoDB takes a hundred items in one. */
const OPENED_TOGETHER = 20;

export function accountKey(id: string): RecordKey {
  return { table: "app.account", partition: { id } };
}

export function pocketsKey(account: string): RecordKey {
  return { table: "app.pocket", partition: { account } };
}

export function pocketKey(account: string, slot: number): RecordKey {
  return { ...pocketsKey(account), clustering: { slot } };
}

/** Opens accounts with the same balance each. */
export async function openBank(transactions: Transactions, count: number, balance: number): Promise<Bank> {
  const accounts = Array.from({ length: count }, (_, index) => `account-${index}`);
  for (let from = 0; from < count; from += OPENED_TOGETHER) {
    const transaction = await transactions.begin();
    for (const id of accounts.slice(from, from + OPENED_TOGETHER)) {
      const region = REGIONS[id.length % REGIONS.length] as string;
      await transaction.put(accountKey(id), { balance, region });
    }
    await transaction.commit();
  }
  return { accounts, total: count * balance };
}

/** A record in doubt of which nothing is decided is rolled back once its transaction has expired, 15 s after it began. */
const RECOVERED_AFTER_MS = 30_000;
const BETWEEN_COUNTS_MS = 250;

/** Counts all money, as ScalarDB reads it: in one transaction, so ScalarDB recovers on the way what a crash left. */
export async function countMoney(transactions: Transactions, bank: Bank): Promise<BankCount> {
  const untilMs = Date.now() + RECOVERED_AFTER_MS;
  for (;;) {
    try {
      return await countOnce(transactions, bank);
    } catch (error) {
      const mayCountAgain = isTransactionFailure(error) && error.kind === "conflict";
      if (!mayCountAgain || Date.now() > untilMs) throw error;
      await delay(BETWEEN_COUNTS_MS);
    }
  }
}

async function countOnce(transactions: Transactions, bank: Bank): Promise<BankCount> {
  const transaction = await transactions.begin();
  const held = [];
  for (const id of bank.accounts) held.push(await moneyOf(transaction, id));
  await transaction.commit();
  return {
    accounts: held.filter(({ account }) => account !== undefined).length,
    pockets: sum(held.map(({ pockets }) => pockets.length)),
    total: sum(held.flatMap(({ account, pockets }) => [account ?? 0, ...pockets])),
  };
}

async function moneyOf(transaction: Transaction, id: string) {
  const account = await transaction.get(accountKey(id));
  const pockets = await transaction.scan(pocketsKey(id));
  return { account: account && balanceOf(account), pockets: pockets.map(balanceOf) };
}

export function balanceOf(row: Readonly<Record<string, unknown>> | undefined): number {
  const balance = row?.["balance"];
  return typeof balance === "number" ? balance : 0;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
