import { inputReferencesOf } from "./asset-input.ts";
import { assetRowOf } from "./asset-row.ts";
import type { ChainSpill, Standing } from "./chain-spill.ts";
import { coordinatorRowOf, decisionsOf, judgeCoordinatorRow } from "./coordinator-row.ts";
import type { Findings } from "./finding.ts";
import { type AssetPlace, judgeAsset } from "./judge-asset.ts";
import { judgeRow, type RowLimits } from "./judge-row.ts";
import type { KeyRing } from "./key-ring.ts";
import { bytesOf, integerOf, keyOf, textOf } from "./row.ts";
import { logicalName, type Row, type TableSchema } from "./row-source.ts";
import type { SignatureCheck } from "./signature-check.ts";
import { ledgerNamespaceOf, type SystemNamespaces } from "./table-role.ts";
import { COMMITTED, isInDoubt, type TransactionRow, transactionRowOf } from "./transaction-row.ts";
import type { TransactionSpill } from "./transaction-spill.ts";
import { writtenRecordsOf } from "./write-set.ts";
import type { WriteSpill } from "./write-spill.ts";

export interface IntakeParts {
  readonly namespaces: SystemNamespaces;
  readonly limits: RowLimits & { readonly inFlightMs: number };
  readonly findings: Findings;
  readonly transactions: TransactionSpill;
  readonly chains: ChainSpill;
  readonly writes: WriteSpill;
  readonly ring: KeyRing;
  readonly signatures: SignatureCheck;
}

/** Takes in every row once: judges what it says by itself, and spills what must be held against other rows. */
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

  /** `place` is the table's position among the names that the spills were given. */
  take(table: TableSchema, place: number, rows: readonly Row[]): void {
    for (const row of rows) this.#takeRow(table, place, row);
  }

  takeLater(rows: readonly Row[]): void {
    for (const row of rows) {
      const decided = coordinatorRowOf(row);
      for (const decision of decided === undefined ? [] : decisionsOf(decided))
        this.#parts.transactions.addDecision(decision, "later");
    }
  }

  #takeRow(table: TableSchema, place: number, row: Row): void {
    switch (table.role) {
      case "record":
        this.#takeTransactional(table, place, row);
        break;
      case "asset":
        this.#takeAsset(table, row, this.#takeTransactional(table, place, row));
        break;
      case "asset_metadata":
        this.#takeMetadata(table, row, this.#takeTransactional(table, place, row));
        break;
      case "coordinator":
        this.#takeDecision(table, row);
        break;
      case "certificate":
        this.#parts.ring.addCertificate(row);
        break;
      case "secret":
        this.#parts.ring.addSecret(row);
        break;
      case "contract":
        this.#parts.ring.addContract(row);
        break;
      case "other":
        break;
      default:
        table.role satisfies never;
    }
  }

  #takeTransactional(table: TableSchema, place: number, row: Row): TransactionRow | undefined {
    if (!table.transactional) return undefined;
    const transactional = transactionRowOf(table, row);
    if (transactional === undefined) {
      this.importedRows += 1;
      return undefined;
    }
    this.#parts.findings.addAll(judgeRow(logicalName(table), transactional, this.#parts.limits));
    this.#parts.transactions.addRow(place, transactional);
    return transactional;
  }

  #takeAsset(table: TableSchema, row: Row, transactional: TransactionRow | undefined): void {
    const { findings, signatures, chains } = this.#parts;
    const place = this.#assetPlace(table, transactional);
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
    chains.addAsset(place.namespace, asset, standing);
    chains.addReferences(
      place.namespace,
      asset,
      references ?? [],
      place.transaction ?? `${asset.id}/${asset.age}`,
      standing,
    );
  }

  #takeMetadata(table: TableSchema, row: Row, transactional: TransactionRow | undefined): void {
    const namespace = this.#ledgerNamespace(table);
    const id = textOf(row, "asset_id") ?? "";
    this.namespacesWithMetadata.add(namespace);
    const before = integerOf(row, "before_latest_age");
    this.#parts.chains.addLatestAge(
      namespace,
      id,
      integerOf(row, "latest_age") ?? 0,
      before,
      this.#standing(transactional),
    );
  }

  #takeDecision(table: TableSchema, row: Row): void {
    const { findings, limits, transactions } = this.#parts;
    const decided = coordinatorRowOf(row);
    if (decided === undefined) return;
    findings.addAll(judgeCoordinatorRow(logicalName(table), decided, limits.newestMs));
    for (const decision of decisionsOf(decided)) transactions.addDecision(decision, "copy");
    const writeSet = bytesOf(row, "tx_write_set");
    if (writeSet !== undefined && decided.state === COMMITTED)
      this.#takeWriteSet(decided.id, decided.createdMs, writeSet);
  }

  #takeWriteSet(id: string, createdMs: number | undefined, writeSet: Uint8Array): void {
    const written = writtenRecordsOf(writeSet);
    if (written === undefined) this.unreadableWriteSets += 1;
    if (createdMs === undefined || createdMs >= this.#parts.limits.inFlightMs) return;
    for (const { table, key, child } of written ?? []) {
      this.#parts.writes.add(table, key, child === undefined ? id : `${id}$${child}`, createdMs);
    }
  }

  #standing(row: TransactionRow | undefined): Standing {
    if (row === undefined) return { doubt: undefined, inFlight: false };
    const inFlight = (row.preparedMs ?? 0) >= this.#parts.limits.inFlightMs;
    return { doubt: isInDoubt(row) ? row.transaction : undefined, inFlight };
  }

  #assetPlace(table: TableSchema, row: TransactionRow | undefined): AssetPlace {
    return {
      table: logicalName(table),
      namespace: this.#ledgerNamespace(table),
      transaction: row?.transaction,
    };
  }

  #ledgerNamespace(table: TableSchema): string {
    return ledgerNamespaceOf(table.namespace, this.#parts.namespaces) ?? table.namespace;
  }
}
