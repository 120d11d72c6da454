import { mirrorMoves } from "./account.ts";
import { argumentColumn, assetHash, balanceOf, inputColumn, type Output } from "./asset.ts";
import { type CommitOutcome, Transaction, type TransactionOptions } from "./consensus-commit.ts";
import { readState } from "./coordinator.ts";
import { contractColumn, type Identity, signExecution } from "./identity.ts";
import { ASSET, ASSET_METADATA } from "./ledger-tables.ts";
import type { Storage } from "./storage.ts";
import type { Columns } from "./table.ts";
import type { TransactionState, Transfer, TransferOutcome } from "./transfer.ts";
import { blob, blobOf, number, numberOf, text, textOf } from "./value.ts";

/** The contract that moves money, and the Function that mirrors it. */
export const TRANSFER_CONTRACT = "transfer";
export const TOUCH_FUNCTION = "touch";

/** What executing a contract needs. */
export interface Ledger {
  readonly storage: Storage;
  readonly recovery: TransactionOptions;
  readonly identity: Identity;
}

/** The latest age of an asset. */
interface Latest {
  readonly age: number;
  readonly balance: number;
  readonly hash: Uint8Array;
}

type Reading =
  | { readonly kind: "latest"; readonly latest: Latest | undefined }
  | { readonly kind: "in-doubt" };

/** Executes one transfer as one transaction: it either ends with all its rows, or leaves none. */
export async function executeTransfer(ledger: Ledger, transfer: Transfer): Promise<TransferOutcome> {
  const transaction = new Transaction(transfer.nonce, ledger.storage, ledger.recovery);
  const readings = await Promise.all(transfer.moves.map(({ id }) => readLatest(transaction, id)));
  const latest = new Map<string, Latest>();
  for (const [position, { id }] of transfer.moves.entries()) {
    const reading = readings[position];
    if (!reading || reading.kind === "in-doubt") return { kind: "conflict" };
    if (reading.latest) latest.set(id, reading.latest);
  }
  putAges(transaction, ledger.identity, transfer, latest);
  if ((await mirrorMoves(transaction, transfer)) === "in-doubt") return { kind: "conflict" };
  return outcomeOf(await transaction.commit());
}

/** Reads balances in a transaction of their own; it too leaves a coordinator row, as ScalarDL's do. */
export async function readBalances(
  ledger: Ledger,
  nonce: string,
  ids: readonly string[],
): Promise<{ readonly balances: Readonly<Record<string, number>> } | TransferOutcome> {
  const transaction = new Transaction(nonce, ledger.storage, ledger.recovery);
  const balances: Record<string, number> = {};
  for (const id of ids) {
    const reading = await readLatest(transaction, id);
    if (reading.kind === "in-doubt") return { kind: "conflict" };
    if (reading.latest) balances[id] = reading.latest.balance;
  }
  const outcome = outcomeOf(await transaction.commit());
  return outcome.kind === "committed" ? { balances } : outcome;
}

/**
 * What a client asks before it sends the same again. Nothing else guards it: like the real one, the ledger executes a
 * nonce anew without a look at what became of it before.
 */
export async function transactionState(ledger: Ledger, nonce: string): Promise<TransactionState> {
  const decided = await readState(ledger.storage, nonce);
  return { state: decided?.kind ?? "unknown" };
}

/** `asset_metadata` says which age is the latest; the asset's row is read by it. */
async function readLatest(transaction: Transaction, id: string): Promise<Reading> {
  const metadata = await transaction.get(ASSET_METADATA, { asset_id: text(id) });
  if (metadata.kind === "in-doubt") return metadata;
  if (metadata.kind === "absent") return { kind: "latest", latest: undefined };
  const age = numberOf(metadata.columns, "latest_age");
  const asset = await transaction.get(ASSET, { id: text(id), age: number(age) });
  if (asset.kind === "in-doubt") return asset;
  if (asset.kind === "absent")
    throw new Error(`asset "${id}" has no age ${age}, which its metadata calls the latest`);
  const { columns } = asset;
  return {
    kind: "latest",
    latest: { age, balance: balanceOf(textOf(columns, "output")), hash: blobOf(columns, "hash") },
  };
}

function putAges(
  transaction: Transaction,
  identity: Identity,
  transfer: Transfer,
  latest: ReadonlyMap<string, Latest>,
): void {
  const { nonce, moves, memo } = transfer;
  const functionId = transfer.mirror.kind === "touch" ? TOUCH_FUNCTION : "";
  const argument = argumentColumn(nonce, functionId, { assets: moves, ...(memo !== undefined && { memo }) });
  const common = {
    input: inputColumn(new Map([...latest].map(([id, { age }]) => [id, age]))),
    contractId: contractColumn(identity, TRANSFER_CONTRACT),
    argument,
    signature: signExecution(identity, TRANSFER_CONTRACT, argument),
  };
  for (const { id, delta } of moves) {
    const before = latest.get(id);
    const age = before ? before.age + 1 : 0;
    const balance = (before?.balance ?? 0) + delta;
    const output: Output = { balance, n: age, ...(memo !== undefined && { memo }) };
    const content = { ...common, id, age, output: JSON.stringify(output), prevHash: before?.hash };
    transaction.put(ASSET, assetColumns(content, assetHash(content)));
    transaction.put(ASSET_METADATA, { asset_id: text(id), latest_age: number(age) });
  }
}

function assetColumns(
  content: Parameters<typeof assetHash>[0],
  hash: Buffer,
): Readonly<Record<string, Columns[string] | undefined>> {
  return {
    id: text(content.id),
    age: number(content.age),
    input: text(content.input),
    output: text(content.output),
    contract_id: text(content.contractId),
    argument: text(content.argument),
    signature: blob(content.signature),
    prev_hash: content.prevHash && blob(content.prevHash),
    hash: blob(hash),
  };
}

function outcomeOf(outcome: CommitOutcome): TransferOutcome {
  switch (outcome.kind) {
    case "committed":
    case "conflict":
      return { kind: outcome.kind };
    case "unknown":
      return outcome;
    default:
      throw outcome satisfies never;
  }
}
