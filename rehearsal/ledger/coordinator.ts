import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { COORDINATOR_STATE } from "./ledger-tables.ts";
import type { MutationOutcome } from "./mutation.ts";
import type { Storage } from "./storage.ts";
import { STATE } from "./tx-record.ts";
import { number, numberOf, text } from "./value.ts";

/** How a transaction ended, once and for all: the one row that decides over all its records. */
export interface CoordinatorState {
  readonly kind: "committed" | "aborted";
  readonly createdAtMs: number;
}

/** What is said to begin with; whoever reads it later asks for the end alone. */
interface Decision extends CoordinatorState {
  readonly writeSet?: AttributeValue;
}

export async function readState(storage: Storage, txId: string): Promise<CoordinatorState | undefined> {
  const row = await storage.get(COORDINATOR_STATE, { tx_id: text(txId) });
  if (!row) return undefined;
  const kind = numberOf(row, "tx_state") === STATE.committed ? "committed" : "aborted";
  return { kind, createdAtMs: numberOf(row, "tx_created_at") };
}

/** Writes the state if there is none yet: whoever comes first decides. */
export function writeState(
  storage: Storage,
  txId: string,
  { kind, createdAtMs, writeSet }: Decision,
): Promise<MutationOutcome> {
  const key = { tx_id: text(txId) };
  const columns = {
    ...key,
    tx_state: number(STATE[kind]),
    tx_created_at: number(createdAtMs),
    ...(writeSet && { tx_write_set: writeSet }),
  };
  const put = { kind: "put", table: COORDINATOR_STATE, key, columns, cleared: [] } as const;
  return storage.mutate([{ ...put, condition: { kind: "absent" } }]);
}

/** Decides that the transaction is aborted, unless it has been decided already; says what holds. */
export async function abortUnlessDecided(
  storage: Storage,
  txId: string,
  nowMs: number,
): Promise<CoordinatorState> {
  const aborted: CoordinatorState = { kind: "aborted", createdAtMs: nowMs };
  if ((await writeState(storage, txId, aborted)) === "done") return aborted;
  return (await readState(storage, txId)) ?? aborted;
}
