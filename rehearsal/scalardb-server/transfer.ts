import { type Random, sample } from "../ledger/random.ts";
import { accountKey, type Bank, balanceOf, pocketKey, pocketsKey } from "./bank.ts";
import type { Transaction } from "./transactions.ts";

/** What one transaction of the bank does. */
export type Transfer =
  | { readonly kind: "move"; readonly from: string; readonly to: string; readonly amount: number }
  /** Puts money of an account into a pocket of it, which is inserted unless it is there. */
  | { readonly kind: "pocket"; readonly account: string; readonly slot: number; readonly amount: number }
  /** Puts the money of an account's first pocket back and deletes the pocket. */
  | { readonly kind: "empty"; readonly account: string };

const MOST_MONEY = 100;
const SLOTS = 8;

export function chooseTransfer(random: Random, bank: Bank): Transfer {
  const [from, to] = sample(random, bank.accounts, 2) as [string, string];
  const amount = 1 + random.below(MOST_MONEY);
  switch (random.below(4)) {
    case 0:
      return { kind: "pocket", account: from, slot: random.below(SLOTS), amount };
    case 1:
      return { kind: "empty", account: from };
    default:
      return { kind: "move", from, to, amount };
  }
}

/** Reads and writes what the transfer says; the caller commits. */
export async function carryOut(transaction: Transaction, transfer: Transfer): Promise<void> {
  switch (transfer.kind) {
    case "move":
      await change(transaction, transfer.from, -transfer.amount);
      return change(transaction, transfer.to, transfer.amount);
    case "pocket": {
      const key = pocketKey(transfer.account, transfer.slot);
      const held = balanceOf(await transaction.get(key));
      await transaction.put(key, { balance: held + transfer.amount });
      return change(transaction, transfer.account, -transfer.amount);
    }
    case "empty": {
      const [pocket] = await transaction.scan(pocketsKey(transfer.account));
      if (pocket === undefined) return;
      await transaction.delete(pocketKey(transfer.account, pocket["slot"] as number));
      return change(transaction, transfer.account, balanceOf(pocket));
    }
    default:
      return transfer satisfies never;
  }
}

async function change(transaction: Transaction, account: string, amount: number): Promise<void> {
  const row = await transaction.get(accountKey(account));
  await transaction.put(accountKey(account), { balance: balanceOf(row) + amount });
}
