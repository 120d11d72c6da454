import type { Proof } from "./proof.ts";
import type { SignatureCounts } from "./signature-check.ts";
import type { Subject } from "./subject.ts";

export interface Gaps {
  readonly subject: Subject;
  readonly proof: Proof;
  readonly coordinatorRead: boolean;
  readonly withoutTransactions: readonly string[];
  /** Tables of which only the number of rows and the digest were taken. */
  readonly onlyDigested: readonly string[];
  /** Asset tables whose namespace has no rows in asset_metadata. */
  readonly withoutMetadata: readonly string[];
  readonly writes: number;
  readonly unreadableWriteSets: number;
  readonly assetRows: number;
  readonly inFlight: number;
  readonly signatures: SignatureCounts;
}

/** What the verification does not claim. */
export function notChecked(gaps: Gaps): readonly string[] {
  return [...blindSpots(gaps), ...tableGaps(gaps), ...ledgerGaps(gaps)];
}

/** What no look at one copy can show; only quiet around the restored second (a proof) closes it. */
function blindSpots({ subject, proof, writes, inFlight }: Gaps): readonly string[] {
  if (subject.kind === "live")
    return inFlight === 0
      ? []
      : [
          `${inFlight} transactions of the last minute may have been under way while the tables were read, and were not judged`,
        ];
  if (proof.kind !== "unproven") return [];
  const rows =
    writes > 0
      ? []
      : [
          "rows of user tables that are older than the coordinator leave no trace, since it keeps no write sets",
        ];
  return [
    "a transaction that is missing from every table and the coordinator alike leaves no trace in one copy",
    "a half transaction whose other half deleted rows, or was overwritten since, leaves no trace in one copy",
    ...rows,
  ];
}

function tableGaps(gaps: Gaps): readonly string[] {
  const found: string[] = [];
  if (!gaps.coordinatorRead)
    found.push("the coordinator is not among the tables, so no transaction's outcome was checked");
  if (gaps.withoutTransactions.length > 0)
    found.push(`no transaction columns, so no transactions: ${gaps.withoutTransactions.join(", ")}`);
  if (gaps.onlyDigested.length > 0) found.push(`only counted and digested: ${gaps.onlyDigested.join(", ")}`);
  if (gaps.unreadableWriteSets > 0)
    found.push(`${gaps.unreadableWriteSets} write sets of the coordinator could not be read`);
  return found;
}

function ledgerGaps({ assetRows, withoutMetadata, signatures: { unchecked } }: Gaps): readonly string[] {
  const found: string[] = [];
  if (assetRows > 0)
    found.push("contracts were not run again, so outputs were held only against their hashes");
  if (withoutMetadata.length > 0) {
    found.push(
      `latest ages of ${withoutMetadata.join(", ")}: asset_metadata is empty there (direct asset access)`,
    );
  }
  if (unchecked["no-key"] > 0)
    found.push(
      `${unchecked["no-key"]} signatures: the copy has neither certificate nor secret of the entity`,
    );
  if (unchecked.sealed > 0)
    found.push(
      `${unchecked.sealed} HMAC signatures: the secrets are sealed and the ledger's cipher key was not given, or is another`,
    );
  if (unchecked.unreadable > 0)
    found.push(`${unchecked.unreadable} signatures: the certificate could not be read`);
  return found;
}
