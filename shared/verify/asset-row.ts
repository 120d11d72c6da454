import { hash } from "node:crypto";
import { bytesOf, integerOf, textOf } from "./row.ts";
import type { Row } from "./row-source.ts";

/** A record of the ledger: one age of one asset. */
export interface AssetRow {
  readonly id: string;
  readonly age: number;
  readonly input: string;
  readonly output: string;
  readonly contractId: string;
  readonly argument: string;
  readonly signature: Uint8Array;
  readonly hash: Uint8Array;
  readonly previousHash: Uint8Array | undefined;
}

/** `undefined` where the row is not one that a ledger writes. */
export function assetRowOf(row: Row): AssetRow | undefined {
  const id = textOf(row, "id");
  const age = integerOf(row, "age");
  const stored = bytesOf(row, "hash");
  if (id === undefined || age === undefined || stored === undefined) return undefined;
  return {
    id,
    age,
    input: textOf(row, "input") ?? "",
    output: textOf(row, "output") ?? "",
    contractId: textOf(row, "contract_id") ?? "",
    argument: textOf(row, "argument") ?? "",
    signature: bytesOf(row, "signature") ?? new Uint8Array(),
    hash: stored,
    previousHash: bytesOf(row, "prev_hash"),
  };
}

const AGE_BYTES = 4;

/** The ledger's own recipe: SHA-256 over the columns without separators, the age as int32 little-endian. */
export function assetHash(asset: AssetRow): Buffer {
  const age = Buffer.allocUnsafe(AGE_BYTES);
  age.writeInt32LE(asset.age);
  const text = Buffer.from(asset.input + asset.output + asset.contractId + asset.argument);
  const parts = [Buffer.from(asset.id), age, text, asset.signature, asset.previousHash ?? Buffer.alloc(0)];
  return hash("sha256", Buffer.concat(parts), "buffer");
}
