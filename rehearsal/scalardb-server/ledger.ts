import { argumentColumn, assetHash, balanceOf, inputColumn } from "../ledger/asset.ts";
import { chooseTransfer } from "../ledger/choose-transfer.ts";
import { contractColumn, type Identity, signExecution } from "../ledger/identity.ts";
import { TRANSFER_CONTRACT } from "../ledger/ledger.ts";
import type { Random } from "../ledger/random.ts";
import type { Row } from "./columns.ts";
import type { TableSchema } from "./schema-loader.ts";
import { isTransactionFailure } from "./transaction-failure.ts";
import type { RecordKey, Transaction, Transactions } from "./transactions.ts";
import type { Job } from "./transfer-load.ts";

/** The tables of a ScalarDL Ledger that its transactions write, as ScalarDL's own schema has them. */
export const LEDGER_SCHEMA = {
  "scalar.asset": {
    transaction: true,
    "partition-key": ["id"],
    "clustering-key": ["age"],
    columns: {
      id: "TEXT",
      age: "INT",
      argument: "TEXT",
      contract_id: "TEXT",
      hash: "BLOB",
      input: "TEXT",
      output: "TEXT",
      prev_hash: "BLOB",
      signature: "BLOB",
    },
  },
  "scalar.asset_metadata": {
    transaction: true,
    "partition-key": ["asset_id"],
    "clustering-key": [],
    columns: { asset_id: "TEXT", latest_age: "INT" },
  },
} as const satisfies Record<string, TableSchema>;

/** What a ledger does besides the contract, in its transaction. */
export interface LedgerFunction {
  readonly id: string;
  /** Is given what the contract has left in each asset. */
  run(transaction: Transaction, balances: ReadonlyMap<string, number>): Promise<void>;
}

interface Moves {
  readonly nonce: string;
  readonly moves: readonly { readonly id: string; readonly delta: number }[];
  readonly also?: LedgerFunction | undefined;
}

/** Does on real ScalarDB what a ledger does for one execution of a contract; the nonce is the transaction's id. */
export async function transfer(server: Transactions, identity: Identity, { nonce, moves, also }: Moves) {
  const transaction = await server.begin(nonce);
  const latest = new Map<string, Row | undefined>();
  for (const { id } of moves) latest.set(id, await readLatest(transaction, id));
  const ages = [...latest].flatMap(([id, row]) => (row ? [[id, row["age"] as number] as const] : []));
  const argument = argumentColumn(nonce, also?.id ?? "", { assets: moves });
  const common = {
    input: inputColumn(new Map(ages)),
    contractId: contractColumn(identity, TRANSFER_CONTRACT),
    argument,
    signature: signExecution(identity, TRANSFER_CONTRACT, argument),
  };
  const balances = new Map<string, number>();
  for (const { id, delta } of moves) {
    const before = latest.get(id);
    const age = before === undefined ? 0 : (before["age"] as number) + 1;
    const balance = (before === undefined ? 0 : balanceOf(before["output"] as string)) + delta;
    const prevHash = before?.["hash"] as Uint8Array | undefined;
    const { contractId, ...rest } = common;
    balances.set(id, balance);
    const output = JSON.stringify({ balance, n: age });
    const hash = assetHash({ ...common, id, age, output, prevHash });
    const columns = {
      ...rest,
      output,
      contract_id: contractId,
      hash,
      ...(prevHash && { prev_hash: prevHash }),
    };
    // As the ledger's own: of two that chose the same age, one must fail.
    await transaction.insert(assetKey(id, age), columns);
    await transaction.put(metadataKey(id), { latest_age: age });
  }
  await also?.run(transaction, balances);
  const written = moves.map(({ id }) =>
    assetKey(id, ((latest.get(id)?.["age"] as number | undefined) ?? -1) + 1),
  );
  await transaction.commit().catch(async (error) => {
    if (isTransactionFailure(error) && error.kind === "conflict") await recover(server, written);
    throw error;
  });
}

/**
 * A ledger reads the records that it could not write: one that a crash left in doubt under an age that no metadata
 * names is read by nobody else, and would be in the way for ever. What is in doubt fails to be read, and is recovered.
 */
async function recover(server: Transactions, keys: readonly RecordKey[]): Promise<void> {
  for (const key of keys) {
    const transaction = await server.begin();
    await transaction.get(key).then(
      () => transaction.commit(),
      () => {},
    );
  }
}

/** Opens assets of one balance each, in one transaction. */
export async function openAssets(
  server: Transactions,
  identity: Identity,
  opening: { readonly nonce: string; readonly ids: readonly string[]; readonly balance: number },
): Promise<void> {
  const moves = opening.ids.map((id) => ({ id, delta: opening.balance }));
  await transfer(server, identity, { nonce: opening.nonce, moves });
}

/** A transfer as a client of a ledger insists on it: each try has a nonce of its own. */
export function ledgerJob(random: Random, identity: Identity, ids: readonly string[]): Job {
  const { moves } = chooseTransfer(random, ids);
  return {
    told: JSON.stringify(moves),
    attempt: (server) => transfer(server, identity, { nonce: random.uuid(), moves }),
  };
}

export interface LedgerCount {
  readonly assets: number;
  readonly ages: number;
  readonly agesOf: Readonly<Record<string, number>>;
  readonly total: number;
}

/** Reads every age of every asset through ScalarDB and checks what a ledger's own validation does, as it goes. */
export async function validateAssets(server: Transactions, ids: readonly string[]): Promise<LedgerCount> {
  const counts: { readonly ages: number; readonly balance: number }[] = [];
  for (const id of ids) counts.push(await validateAsset(server, id));
  return {
    assets: counts.filter(({ ages }) => ages > 0).length,
    ages: counts.reduce((sum, { ages }) => sum + ages, 0),
    agesOf: Object.fromEntries(ids.map((id, index) => [id, counts[index]?.ages ?? 0])),
    total: counts.reduce((sum, { balance }) => sum + balance, 0),
  };
}

async function validateAsset(server: Transactions, id: string) {
  const transaction = await server.begin();
  const metadata = await transaction.get(metadataKey(id));
  const rows = await transaction.scan({ table: "scalar.asset", partition: { id } });
  await transaction.commit();
  rows.forEach((row, age) => {
    checkAge(id, age, row, rows[age - 1]);
  });
  if (metadata?.["latest_age"] !== (rows.length === 0 ? undefined : rows.length - 1))
    throw new Error(`"${id}" has ${rows.length} ages, and its metadata says ${metadata?.["latest_age"]}`);
  const last = rows.at(-1);
  return { ages: rows.length, balance: last === undefined ? 0 : balanceOf(last["output"] as string) };
}

function checkAge(id: string, age: number, row: Row, before: Row | undefined): void {
  const prevHash = row["prev_hash"] as Uint8Array | undefined;
  const hash = assetHash({
    id,
    age,
    input: row["input"] as string,
    output: row["output"] as string,
    contractId: row["contract_id"] as string,
    argument: row["argument"] as string,
    signature: row["signature"] as Uint8Array,
    prevHash,
  });
  const hex = (bytes: unknown) =>
    bytes === undefined ? "" : Buffer.from(bytes as Uint8Array).toString("hex");
  const isWhole =
    row["age"] === age &&
    hash.toString("hex") === hex(row["hash"]) &&
    hex(prevHash) === hex(before?.["hash"]);
  if (!isWhole) throw new Error(`The chain of "${id}" is broken at age ${age}`);
}

async function readLatest(transaction: Transaction, id: string): Promise<Row | undefined> {
  const metadata = await transaction.get(metadataKey(id));
  if (metadata === undefined) return undefined;
  return transaction.get(assetKey(id, metadata["latest_age"] as number));
}

function assetKey(id: string, age: number): RecordKey {
  return { table: "scalar.asset", partition: { id }, clustering: { age } };
}

function metadataKey(id: string): RecordKey {
  return { table: "scalar.asset_metadata", partition: { asset_id: id } };
}
