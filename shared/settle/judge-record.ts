import { COMMITTED, DELETED, PREPARED } from "../verify/transaction-row.ts";
import type { Change } from "./change.ts";
import type { SettlingTimes } from "./settling-times.ts";
import type { FoundRow, KeptWriter, Standing, UndoneRecord } from "./undone-record.ts";

type Finish = Extract<Change, { kind: "earlier" }>["finish"];

/** What becomes of a record that transactions have written which are not kept. */
export type Remedy =
  /** Settled by what its own row says, like any other. */
  | { readonly kind: "as-it-is" }
  | { readonly kind: "gone" }
  | { readonly kind: "earlier"; readonly finish: Finish }
  | { readonly kind: "unresolved"; readonly why: string };

/** What the earlier copy comes to, once recovered, and who wrote that. */
type Before =
  | { readonly kind: "gone"; readonly writer: Standing | undefined }
  | { readonly kind: "row"; readonly finish: Finish; readonly writer: Standing }
  | { readonly kind: "unknown" };

/**
 * The record must be what the last kept transaction made of it, and no kept one may stand on what is not kept. The copy's own
 * row says so where that is there, or under one in doubt: all that is kept had been prepared before anything was cut.
 * Else the copy of an earlier second may: whatever is not kept committed after it, see `earlierSecondOf`.
 */
export function judgeRecord(record: UndoneRecord, times: SettlingTimes): Remedy {
  const { row, undoneBy } = record;
  const others = undoneBy.filter(({ transaction }) => transaction !== row?.writer.transaction);
  const last = row && lastKept(row);
  if (last === undefined) {
    const wasInserted = row !== undefined && row.state !== COMMITTED && row.under === undefined;
    return wasInserted && others.length === 0 ? { kind: "as-it-is" } : judgeBefore(record, times);
  }
  if (row?.under?.kind === "undone" && row.writer.kind === "kept") return standsOn(last);
  return others.every((other) => isBefore(last, other, times)) ? { kind: "as-it-is" } : standsOn(last);
}

/** The kept transaction whose version is the row, or under it. */
function lastKept({ state, writer, under }: FoundRow): Kept | undefined {
  if (writer.kind === "kept") return writer;
  return state !== COMMITTED && under?.kind === "kept" ? under : undefined;
}

type Kept = Extract<Standing, { kind: "kept" }>;

function standsOn({ transaction }: Pick<Kept, "transaction">): Remedy {
  return unresolved(`"${transaction ?? ""}", which is kept, may have overwritten what is not`);
}

function unresolved(why: string): Remedy {
  return { kind: "unresolved", why };
}

/**
 * Of two that wrote one record, the later prepares it when the earlier has committed. So it reads its clock for the commit
 * after that; two bounds are what the clocks may be apart.
 */
function isBefore(
  { atMs }: Pick<Kept, "atMs">,
  after: { readonly atMs: number | undefined },
  { boundMs }: SettlingTimes,
): boolean {
  return after.atMs === undefined || atMs < after.atMs - 2 * boundMs;
}

function judgeBefore(record: UndoneRecord, times: SettlingTimes): Remedy {
  const { undoneBy, keptBy, earlier, silent } = record;
  if (earlier === "unread") return unresolved("no copy of an earlier second says what it was");
  if (silent !== undefined)
    return unresolved(`"${silent}", which is kept, may have written it, and does not say what it wrote`);
  const standing = keptBy.find((kept) => !undoneBy.every((undone) => isBefore(kept, undone, times)));
  if (standing !== undefined) return standsOn(standing);
  const before = recovered(earlier, record);
  if (before.kind === "unknown")
    return unresolved("the copy of the earlier second has it in doubt, and nothing says how that ended");
  const last = lastOf(keptBy, times);
  if (last === "unknown") return unresolved("it is not known which of those that are kept wrote it last");
  if (!isOf(before, last, times))
    return unresolved(`what "${last?.transaction ?? before.writer?.transaction}" made of it is nowhere`);
  return before.kind === "gone" ? { kind: "gone" } : { kind: "earlier", finish: before.finish };
}

/** `undefined` where it was written by none since the earlier copy. */
function lastOf(keptBy: readonly KeptWriter[], times: SettlingTimes): KeptWriter | undefined | "unknown" {
  const [last, ...others] = keptBy.toSorted((left, right) => right.atMs - left.atMs);
  return last === undefined || others.every((other) => isBefore(other, last, times)) ? last : "unknown";
}

function isOf(
  { writer }: Exclude<Before, { kind: "unknown" }>,
  last: KeptWriter | undefined,
  times: SettlingTimes,
) {
  if (last !== undefined) return writer?.transaction === last.transaction;
  return writer === undefined || (writer.kind === "kept" && writer.atMs <= times.knownFromMs);
}

/** What ScalarDB's own recovery makes of it, by what is known now. */
function recovered(earlier: FoundRow | "none", { row }: UndoneRecord): Before {
  if (earlier === "none") return { kind: "gone", writer: undefined };
  const { state, writer, under } = earlier;
  if (writer.kind === "kept") {
    if (state === DELETED) return { kind: "gone", writer };
    if (state === COMMITTED) return { kind: "row", finish: { kind: "nothing" }, writer };
    return state === PREPARED
      ? { kind: "row", finish: { kind: "forward", committedMs: writer.atMs }, writer }
      : { kind: "unknown" };
  }
  // One that is in doubt still had not come to an end then.
  const isStill = row?.state !== COMMITTED && row?.writer.transaction === writer.transaction;
  if (state === COMMITTED || (writer.kind === "open" && !isStill)) return { kind: "unknown" };
  if (under === undefined) return { kind: "gone", writer: undefined };
  return under.kind === "kept"
    ? { kind: "row", finish: { kind: "back" }, writer: under }
    : { kind: "unknown" };
}
