import { type MemoryTables, rowsOf } from "../../verify/fixture-source.ts";

const TOTAL = 24_000;
const CASH = 600;

/**
 * What does not add up in the journal's ledger with Functions (test/peers/mirrored-ledger.ts), by what its clients saw to:
 * every mirror is as the latest balance of its asset has it, and no money comes or goes.
 */
export function brokenMirrors(tables: MemoryTables): readonly string[] {
  const balances = latestBalances(tables);
  const mirrors = new Map(rowsOf(tables, "app.account").map((row) => [row["owner"], Number(row["balance"])]));
  const cash = sum(rowsOf(tables, "app.pocket").map((row) => Number(row["balance"])));
  const money = sum([...balances.values()]);
  const found: string[] = [];
  if (money !== (balances.size === 0 ? 0 : TOTAL)) found.push(`there is ${money} in the assets`);
  // The records were opened after the assets, by a transaction of their own.
  if (mirrors.size === 0 && cash === 0) return found;
  if (cash !== CASH) found.push(`there is ${cash} in the pockets`);
  for (const [id, balance] of balances) {
    const wanted = !id.startsWith("acct-") || (balance / 10) % 3 === 0 ? undefined : balance;
    if (mirrors.get(id) !== wanted) found.push(`"${id}" has ${balance}, and its mirror ${mirrors.get(id)}`);
  }
  return found;
}

function latestBalances(tables: MemoryTables): ReadonlyMap<string, number> {
  const assets = Map.groupBy(rowsOf(tables, "scalar.asset"), (row) => String(row["id"]));
  const latest = [...assets].map(([id, rows]) => {
    const last = rows.reduce((one, other) => (Number(one["age"]) > Number(other["age"]) ? one : other));
    const { balance } = JSON.parse(String(last["output"])) as { readonly balance: number };
    return [id, balance] as const;
  });
  return new Map(latest);
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
