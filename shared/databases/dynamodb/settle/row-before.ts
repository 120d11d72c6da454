import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { Change } from "../../../settle/change.ts";
import { integerOf } from "../../../verify/row.ts";
import type { TableSchema } from "../../../verify/row-source.ts";
import { COMMITTED, PREPARED } from "../../../verify/transaction-row.ts";
import { canonicalItem, type Item, rowOfItem } from "../row-item.ts";
import { beforeColumns, beforeImage } from "./before-image.ts";
import { committedAt } from "./compose.ts";

export type Earlier = Extract<Change, { kind: "earlier" }>;

/** What a record was, by its row in an earlier copy as recovery leaves that; `undefined` where there was none. */
export function rowBefore(schema: TableSchema, change: Earlier, item: Item | undefined): Item | undefined {
  const { finish } = change;
  if (item === undefined) throw differs(change, "is gone");
  const state = integerOf(rowOfItem(item), "tx_state") ?? COMMITTED;
  switch (finish.kind) {
    case "nothing":
      if (state === COMMITTED) return item;
      break;
    case "forward":
      if (state === PREPARED) return { ...withoutBefore(schema, item), ...committedAt(finish.committedMs) };
      break;
    case "back":
      if (state !== COMMITTED) return beforeImage(schema, item);
      break;
    default:
      finish satisfies never;
  }
  throw differs(change, `is in state ${state}`);
}

function withoutBefore(schema: TableSchema, item: Item): Item {
  const gone = new Set(beforeColumns(schema));
  return Object.fromEntries(Object.entries(item).filter(([name]) => !gone.has(name)));
}

function differs({ from, key, finish }: Earlier, how: string): StillpointError {
  return new StillpointError(
    "COPY_DIFFERS",
    `the row ${key} of the earlier copy "${from}" ${how}, and was read as one to bring back ("${finish.kind}"): somebody else wrote to the copy; the originals were not touched`,
  );
}

/** Whether two rows say the same. A column that is NULL may be there or not. */
export function isSameRow(one: Item | undefined, other: Item | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonicalItem(withoutNulls(one)) === canonicalItem(withoutNulls(other));
}

function withoutNulls(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value.NULL !== true));
}
