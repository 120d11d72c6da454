import { inputReferencesOf } from "./asset-input.ts";
import { assetRowOf } from "./asset-row.ts";
import type { Standing } from "./chain-spill.ts";
import { coordinatorRowOf, decisionsOf, judgeCoordinatorRow } from "./coordinator-row.ts";
import type { Findings } from "./findings.ts";
import { type AssetPlace, judgeAsset } from "./judge-asset.ts";
import { judgeRow, type RowLimits } from "./judge-row.ts";
import { bytesOf, integerOf, keyOf, textOf } from "./row.ts";
import { logicalName, type Row, type TableSchema } from "./row-source.ts";
import type { SignatureCheck } from "./signature-check.ts";
import type { Spills } from "./spills.ts";
import { ledgerNamespaceOf, type SystemNamespaces } from "./table-role.ts";
import { COMMITTED, isInDoubt, type TransactionRow, transactionRowOf } from "./transaction-row.ts";
import { writtenRecordsOf } from "./write-set.ts";

export interface IntakeParts {
  readonly table: TableSchema;
  /** What rows of the table are spilled under. */
  readonly place: number;
  readonly namespaces: SystemNamespaces;
  readonly limits: RowLimits & { readonly inFlightMs: number };
  readonly findings: Findings;
  readonly spills: Spills;
  readonly signatures: SignatureCheck;
}

/** Takes in rows of one table: judges what each says by itself, and spills what must be held against other rows. */
export class Intake {
  readonly #parts: IntakeParts;
  /** Ledger namespaces in which asset_metadata has rows; with direct asset access it has none. */
  readonly namespacesWithMetadata = new Set<string>();
  importedRows = 0;
  unreadableWriteSets = 0;
  assetRows = 0;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  take(rows: readonly Row[]): void {
    for (const row of rows) this.#takeRow(row);
  }

  takeLater(rows: readonly Row[]): void {
    for (const row of rows) {
      const decided = coordinatorRowOf(row);
      for (const decision of decided === undefined ? [] : decisionsOf(decided))
        this.#parts.spills.transactions.addDecision(decision, "later");
    }
  }

  #takeRow(row: Row): void {
    const { table, spills } = this.#parts;
    switch (table.role) {
      case "record":
        this.#takeTransactional(row);
        break;
      case "asset":
        this.#takeAsset(row, this.#takeTransactional(row));
        break;
      case "asset_metadata":
        this.#takeMetadata(row, this.#takeTransactional(row));
        break;
      case "coordinator":
        this.#takeDecision(row);
        break;
      case "certificate":
        spills.ring.addCertificate(row);
        break;
      case "secret":
        spills.ring.addSecret(row);
        break;
      case "contract":
        spills.ring.addContract(row);
        break;
      case "other":
        break;
      default:
        table.role satisfies never;
    }
  }

  #takeTransactional(row: Row): TransactionRow | undefined {
    const { table, place, findings, limits, spills } = this.#parts;
    if (!table.transactional) return undefined;
    const transactional = transactionRowOf(table, row);
    if (transactional === undefined) {
      this.importedRows += 1;
      return undefined;
    }
    findings.addAll(judgeRow(logicalName(table), transactional, limits));
    spills.transactions.addRow(place, transactional);
    return transactional;
  }

  #takeAsset(row: Row, transactional: TransactionRow | undefined): void {
    const { table, findings, signatures, spills } = this.#parts;
    const place = this.#assetPlace(transactional);
    const asset = assetRowOf(row);
    this.assetRows += 1;
    if (asset === undefined) {
      const key = keyOf(table, row);
      findings.add({
        check: "hash-differs",
        table: place.table,
        key,
        text: `record "${key}" lacks its id, its age or its hash`,
      });
      return;
    }
    const references = inputReferencesOf(asset.input);
    findings.addAll(judgeAsset(asset, references, place));
    findings.addAll(signatures.judge(asset, place));
    const standing = this.#standing(transactional);
    spills.chains.addAsset(place.namespace, asset, standing);
    spills.chains.addReferences(
      place.namespace,
      asset,
      references ?? [],
      place.transaction ?? `${asset.id}/${asset.age}`,
      standing,
    );
  }

  #takeMetadata(row: Row, transactional: TransactionRow | undefined): void {
    const namespace = this.#ledgerNamespace();
    const id = textOf(row, "asset_id") ?? "";
    this.namespacesWithMetadata.add(namespace);
    const before = integerOf(row, "before_latest_age");
    this.#parts.spills.chains.addLatestAge(
      namespace,
      id,
      integerOf(row, "latest_age") ?? 0,
      before,
      this.#standing(transactional),
    );
  }

  #takeDecision(row: Row): void {
    const { table, findings, limits, spills } = this.#parts;
    const decided = coordinatorRowOf(row);
    if (decided === undefined) return;
    findings.addAll(judgeCoordinatorRow(logicalName(table), decided, limits.newestMs));
    for (const decision of decisionsOf(decided)) spills.transactions.addDecision(decision, "copy");
    const writeSet = bytesOf(row, "tx_write_set");
    if (writeSet !== undefined && decided.state === COMMITTED)
      this.#takeWriteSet(decided.id, decided.createdMs, writeSet);
  }

  #takeWriteSet(id: string, createdMs: number | undefined, writeSet: Uint8Array): void {
    const written = writtenRecordsOf(writeSet);
    if (written === undefined) this.unreadableWriteSets += 1;
    if (createdMs === undefined || createdMs >= this.#parts.limits.inFlightMs) return;
    for (const { table, key, child } of written ?? []) {
      this.#parts.spills.writes.add(table, key, child === undefined ? id : `${id}$${child}`, createdMs);
    }
  }

  #standing(row: TransactionRow | undefined): Standing {
    if (row === undefined) return { doubt: undefined, inFlight: false };
    const inFlight = (row.preparedMs ?? 0) >= this.#parts.limits.inFlightMs;
    return { doubt: isInDoubt(row) ? row.transaction : undefined, inFlight };
  }

  #assetPlace(row: TransactionRow | undefined): AssetPlace {
    return {
      table: logicalName(this.#parts.table),
      namespace: this.#ledgerNamespace(),
      transaction: row?.transaction,
    };
  }

  #ledgerNamespace(): string {
    const { table, namespaces } = this.#parts;
    return ledgerNamespaceOf(table.namespace, namespaces) ?? table.namespace;
  }
}
