import { StillpointError } from "../../errors/stillpoint-error.ts";
import { isOpen } from "../standing.ts";
import type { Collection, Version } from "../store.ts";
import { commit, IF_ABSENT } from "./commit.ts";
import { contentOf } from "./content.ts";
import { unreadable } from "./failure.ts";
import { type Change, type Deed, type ItemTable, type Key, textIn } from "./item-table.ts";
import { recordKey, textOfId } from "./keys.ts";
import { leftoverItem, tidy } from "./leftovers.ts";
import { markerChange } from "./open-records.ts";
import type { Patience } from "./patience.ts";
import { itemAt } from "./questions.ts";
import { subjectOf } from "./records.ts";
import { nextVersion, parseVersion, type RecordVersion, versionText } from "./version.ts";

export interface RecordWrite {
  readonly collection: Collection;
  readonly id: string;
  readonly value: unknown;
  readonly expected: Version | "absent";
}

export async function writeRecord(
  table: ItemTable,
  write: RecordWrite,
  patience: Patience,
): Promise<Version> {
  const { collection, id, value, expected } = write;
  const key = recordKey(collection, id);
  const before = expected === "absent" ? undefined : parseVersion(expected);
  // No record has such a version.
  if (before === undefined && expected !== "absent") throw conflict(table, write);
  const content = await contentOf(value);
  const next = nextVersion(before, { parts: content.parts.length, open: isOpen(collection, value) });
  const version = versionText(next);
  const outcome = await commit(
    table,
    {
      token: next.token,
      key,
      attributes: { id: textOfId(id), version, previous: expected },
      content,
      condition: before === undefined ? IF_ABSENT : { kind: "has", attribute: "version", value: expected },
      beside: [
        ...markerChange(collection, id, { from: before?.open ?? false, to: next.open }),
        ...droppedParts(key, before),
      ],
    },
    patience,
  );
  if (outcome === "refused") await judgeRefusal(table, write, version, patience);
  if (next.parts > 0 || (before?.parts ?? 0) > 0) await tidy(table);
  return version;
}

function droppedParts(of: Key, before: RecordVersion | undefined): readonly Change[] {
  if (before === undefined || before.parts === 0) return [];
  return [{ kind: "put", item: leftoverItem({ ...before, of }, "dropped") }];
}

/**
 * Returns where the condition did not hold because this very write had been carried out before, unheard. A record
 * knows one version back, so that is seen too where somebody has written over it since.
 */
async function judgeRefusal(
  table: ItemTable,
  write: RecordWrite,
  version: Version,
  patience: Patience,
): Promise<void> {
  const { unheard } = patience;
  const found = await itemAt(table, recordKey(write.collection, write.id), patience);
  const current = (found && textIn(found, "version")) ?? "absent";
  const previous = found && textIn(found, "previous");
  if (current === version || previous === version) return;
  if (current === write.expected) throw unreadable(table, deedOf(write), GIVEN_UP);
  if (unheard && previous !== write.expected) throw unreadable(table, deedOf(write), UNKNOWN);
  throw conflict(table, write);
}

export const GIVEN_UP = "it took so long that its parts were given up; nothing was written";
const UNKNOWN = "no answer came, and others have written since; nobody knows whether it was written";

export function deedOf({ collection, id }: Pick<RecordWrite, "collection" | "id">): Deed {
  return { action: "write", subject: subjectOf(collection, id) };
}

function conflict(table: ItemTable, { collection, id }: RecordWrite): StillpointError {
  return new StillpointError(
    "CATALOG_CONFLICT",
    `cannot write ${subjectOf(collection, id)} in ${table.where}: another process changed it first; nothing was written`,
  );
}
