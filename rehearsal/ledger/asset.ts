import { createHash } from "node:crypto";

/** The parts of an asset row that its hash covers. */
export interface AssetContent {
  readonly id: string;
  readonly age: number;
  readonly input: string;
  readonly output: string;
  readonly contractId: string;
  readonly argument: string;
  readonly signature: Uint8Array;
  /** Hash of the age before; absent at age 0. */
  readonly prevHash: Uint8Array | undefined;
}

/** ScalarDL's tamper evidence: every age of an asset covers the one before it. */
export function assetHash(content: AssetContent): Buffer {
  const age = Buffer.alloc(4);
  age.writeInt32LE(content.age);
  const hash = createHash("sha256").update(content.id).update(age);
  hash.update(content.input).update(content.output).update(content.contractId).update(content.argument);
  hash.update(content.signature);
  if (content.prevHash) hash.update(content.prevHash);
  return hash.digest();
}

/** The `argument` column, version 3: nonce, namespace, functions, and the contract's own argument. */
export function argumentColumn(nonce: string, functionId: string, argument: object): string {
  return `V3\u0001${nonce}\u0003default\u0003${functionId}\u0003${JSON.stringify(argument)}`;
}

/** The `input` column: which age of which asset the transaction has read. The same in all rows of it. */
export function inputColumn(ages: ReadonlyMap<string, number>): string {
  return JSON.stringify(Object.fromEntries([...ages].map(([id, age]) => [id, { age }])));
}

/** The `output` column of an account. `n` counts its ages. */
export interface Output {
  readonly balance: number;
  readonly n: number;
  readonly memo?: string;
}

export function balanceOf(output: string): number {
  const { balance } = JSON.parse(output) as Partial<Output>;
  if (typeof balance !== "number")
    throw new Error(`an asset's output ${JSON.stringify(output)} has no balance`);
  return balance;
}
