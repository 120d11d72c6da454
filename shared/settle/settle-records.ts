import type { Scope } from "../verify/scope.ts";
import type { Scratch } from "../verify/scratch.ts";
import type { ChangeList } from "./change-list.ts";
import { judgeRecord, type Remedy } from "./judge-record.ts";
import type { SettlingTimes } from "./settling-times.ts";
import type { Signs } from "./signs.ts";
import type { UndoneRecord } from "./undone-record.ts";
import { type Located, UndoneRecords } from "./undone-records.ts";
import { tellUndone } from "./undone-tables.ts";

interface Settling {
  readonly scope: Scope;
  readonly scratch: Scratch;
  readonly times: SettlingTimes;
  readonly changes: ChangeList;
  readonly signs: Signs;
}

const NO_ROW = { transaction: "", state: null };

/**
 * Settles each record of which write sets say that a transaction wrote it which is not kept. Those that are settled
 * otherwise than by their own row are in `mended`, and nothing else is to be done to them.
 */
export function settleRecords({ scope, scratch, times, changes, signs }: Settling): void {
  scratch.exec("create table mended (name text primary key) without rowid");
  if (!tellUndone(scope, scratch, times)) return;
  const mend = scratch.writer("insert into mended values (?)");
  for (const record of new UndoneRecords(scratch, times).each()) {
    const remedy = judgeRecord(record, times);
    if (remedy.kind !== "as-it-is") mend(record.name);
    carryOut(remedy, record, changes, signs);
  }
}

function carryOut(remedy: Remedy, record: UndoneRecord & Located, changes: ChangeList, signs: Signs): void {
  const { name, place, key = "", from = "", found, undoneBy } = record;
  switch (remedy.kind) {
    case "as-it-is":
      break;
    case "gone":
      if (found !== undefined) changes.add(place, { kind: "remove", key, found });
      break;
    case "earlier":
      changes.add(place, { kind: "earlier", key, found: found ?? NO_ROW, from, finish: remedy.finish });
      break;
    case "unresolved":
      signs.add(
        "SETTLE_UNRESOLVED",
        `record "${name}" was written by "${undoneBy[0]?.transaction}", which is dropped: ${remedy.why}`,
      );
      break;
    default:
      remedy satisfies never;
  }
}
