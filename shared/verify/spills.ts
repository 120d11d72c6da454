import { ChainSpill } from "./chain-spill.ts";
import { KeyRing, type KeyRingOptions } from "./key-ring.ts";
import type { Scratch } from "./scratch.ts";
import { TransactionSpill } from "./transaction-spill.ts";
import { WriteSpill } from "./write-spill.ts";

/** Everything that rows leave behind for what must be held against other rows, in one scratch. */
export interface Spills {
  readonly transactions: TransactionSpill;
  readonly chains: ChainSpill;
  readonly writes: WriteSpill;
  readonly ring: KeyRing;
}

export function openSpills(scratch: Scratch, options: KeyRingOptions = {}): Spills {
  return {
    transactions: new TransactionSpill(scratch),
    chains: new ChainSpill(scratch),
    writes: new WriteSpill(scratch),
    ring: new KeyRing(scratch, options),
  };
}
