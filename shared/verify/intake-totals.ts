import type { Found } from "./findings.ts";
import { Findings } from "./findings.ts";
import { ATTACHED, type Scratch } from "./scratch.ts";
import type { SignatureCounts } from "./signature-check.ts";
import { digestText, sumOfDigests, type TableDigest } from "./table-digest.ts";

/** What was counted and found while rows of one table were taken in. Plain JSON; those of its segments add up. */
export interface IntakeTotals extends TableDigest {
  readonly importedRows: number;
  readonly unreadableWriteSets: number;
  readonly assetRows: number;
  /** Ledger namespaces in which asset_metadata has rows. */
  readonly namespacesWithMetadata: readonly string[];
  readonly signatures: SignatureCounts;
  readonly found: Found;
}

export const NOTHING_TAKEN: IntakeTotals = {
  count: 0,
  digest: digestText(0n),
  importedRows: 0,
  unreadableWriteSets: 0,
  assetRows: 0,
  namespacesWithMetadata: [],
  signatures: {
    checked: { ecdsa: 0, hmac: 0 },
    unchecked: { "no-key": 0, sealed: 0, unreadable: 0 },
  },
  found: { listed: [], counts: {} },
};

export function sumOf(totals: readonly IntakeTotals[]): IntakeTotals {
  return totals.reduce(add, NOTHING_TAKEN);
}

function add(left: IntakeTotals, right: IntakeTotals): IntakeTotals {
  const findings = new Findings();
  findings.addFound(left.found);
  findings.addFound(right.found);
  return {
    ...sumOfDigests([left, right]),
    importedRows: left.importedRows + right.importedRows,
    unreadableWriteSets: left.unreadableWriteSets + right.unreadableWriteSets,
    assetRows: left.assetRows + right.assetRows,
    namespacesWithMetadata: [...new Set([...left.namespacesWithMetadata, ...right.namespacesWithMetadata])],
    signatures: {
      checked: addCounts(left.signatures.checked, right.signatures.checked),
      unchecked: addCounts(left.signatures.unchecked, right.signatures.unchecked),
    },
    found: findings.found(),
  };
}

function addCounts<K extends string>(
  left: Readonly<Record<K, number>>,
  right: Readonly<Record<K, number>>,
): Record<K, number> {
  const sums: Record<K, number> = { ...left };
  for (const [name, count] of Object.entries(right) as [K, number][]) sums[name] += count;
  return sums;
}

/** In the scratch whose rows they are of. */
export function keepTotals(scratch: Scratch, totals: IntakeTotals): void {
  scratch.exec("create table totals (json text)");
  scratch.writer("insert into totals values (?)")(JSON.stringify(totals));
}

/** Of the scratch that is attached. */
export function attachedTotals(scratch: Scratch): IntakeTotals {
  const [row] = scratch.rows(`select json from ${ATTACHED}.totals`);
  return JSON.parse(row?.[0] as string) as IntakeTotals;
}
