import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { isOpen } from "../standing.ts";
import type { Collection, Version } from "../store.ts";
import { type Condition, commit, IF_ABSENT } from "./commit.ts";
import { contentOf } from "./content.ts";
import { type Deed, unreadable } from "./failure.ts";
import { type Key, recordKey, textOfId } from "./keys.ts";
import { leftoverItem, tidy } from "./leftovers.ts";
import { markerChange } from "./open-records.ts";
import type { Patience } from "./patience.ts";
import { itemAt } from "./questions.ts";
import { subjectOf } from "./records.ts";
import { type CatalogTable, whereOf } from "./table.ts";
import { nextVersion, parseVersion, type RecordVersion, versionText } from "./version.ts";

export interface RecordWrite {
  readonly collection: Collection;
  readonly id: string;
  readonly value: unknown;
  readonly expected: Version | "absent";
}

export async function writeRecord(
  open: CatalogTable,
  write: RecordWrite,
  patience: Patience,
): Promise<Version> {
  const { collection, id, value, expected } = write;
  const key = recordKey(collection, id);
  const before = expected === "absent" ? undefined : parseVersion(expected);
  // No record has such a version.
  if (before === undefined && expected !== "absent") throw conflict(open, write);
  const content = await contentOf(value);
  const next = nextVersion(before, { parts: content.parts.length, open: isOpen(collection, value) });
  const version = versionText(next);
  const outcome = await commit(
    open,
    {
      token: next.token,
      key,
      attributes: { id: { S: textOfId(id) }, version: { S: version }, previous: { S: expected } },
      content,
      condition: before === undefined ? IF_ABSENT : ifStillAt(expected),
      beside: [
        ...markerChange(open.table, collection, id, { from: before?.open ?? false, to: next.open }),
        ...droppedParts(open.table, key, before),
      ],
    },
    patience,
  );
  if (outcome === "refused") await judgeRefusal(open, write, version, patience);
  if (next.parts > 0 || (before?.parts ?? 0) > 0) await tidy(open);
  return version;
}

function ifStillAt(version: Version): Condition {
  return {
    ConditionExpression: "#version = :expected",
    ExpressionAttributeNames: { "#version": "version" },
    ExpressionAttributeValues: { ":expected": { S: version } },
  };
}

function droppedParts(
  table: string,
  of: Key,
  before: RecordVersion | undefined,
): readonly TransactWriteItem[] {
  if (before === undefined || before.parts === 0) return [];
  return [{ Put: { TableName: table, Item: leftoverItem({ ...before, of }, "dropped") } }];
}

/**
 * Returns where the condition did not hold because this very write had been carried out before, unheard. A record
 * knows one version back, so that is seen too where somebody has written over it since.
 */
async function judgeRefusal(
  open: CatalogTable,
  write: RecordWrite,
  version: Version,
  patience: Patience,
): Promise<void> {
  const { unheard } = patience;
  const found = await itemAt(open, recordKey(write.collection, write.id), patience);
  const [current, previous] = [found?.["version"]?.S ?? "absent", found?.["previous"]?.S];
  if (current === version || previous === version) return;
  if (current === write.expected) throw unreadable(open, deedOf(write), GIVEN_UP);
  if (unheard && previous !== write.expected) throw unreadable(open, deedOf(write), UNKNOWN);
  throw conflict(open, write);
}

export const GIVEN_UP = "it took so long that its parts were given up; nothing was written";
const UNKNOWN = "no answer came, and others have written since; nobody knows whether it was written";

export function deedOf({ collection, id }: Pick<RecordWrite, "collection" | "id">): Deed {
  return { action: "write", subject: subjectOf(collection, id) };
}

function conflict(open: CatalogTable, { collection, id }: RecordWrite): StillpointError {
  return new StillpointError(
    "CATALOG_CONFLICT",
    `cannot write ${subjectOf(collection, id)} in ${whereOf(open)}: another process changed it first; nothing was written`,
  );
}
