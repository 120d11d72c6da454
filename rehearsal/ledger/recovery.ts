import { abortUnlessDecided, type CoordinatorState, readState } from "./coordinator.ts";
import type { Storage } from "./storage.ts";
import type { Columns, Table } from "./table.ts";
import { rollBackMutation, rollForwardMutation } from "./tx-record.ts";
import { numberOf, textOf } from "./value.ts";

/** How long ScalarDB leaves a transaction that nobody decided alone before it aborts it for its owner. */
export const RECOVERY_EXPIRY_MS = 15_000;

export interface RecoveryOptions {
  readonly now: () => number;
  readonly expiryMs: number;
}

/**
 * ScalarDB's lazy recovery: whoever reads a record in doubt finishes its transaction's work on it, as the
 * coordinator says, or aborts the transaction when its owner has been silent for too long.
 */
export async function recover(
  storage: Storage,
  table: Table,
  record: Columns,
  options: RecoveryOptions,
): Promise<"recovered" | "in-doubt"> {
  const state = await decided(storage, record, options);
  if (!state) return "in-doubt";
  // Somebody else may recover it at the same time, or its owner may finish: a failed condition is as good.
  await storage.mutate([
    state.kind === "committed"
      ? rollForwardMutation(table, record, state.createdAtMs)
      : rollBackMutation(table, record),
  ]);
  return "recovered";
}

async function decided(
  storage: Storage,
  record: Columns,
  { now, expiryMs }: RecoveryOptions,
): Promise<CoordinatorState | undefined> {
  const txId = textOf(record, "tx_id");
  const state = await readState(storage, txId);
  if (state) return state;
  const expired = now() > numberOf(record, "tx_prepared_at") + expiryMs;
  return expired ? abortUnlessDecided(storage, txId, now()) : undefined;
}
