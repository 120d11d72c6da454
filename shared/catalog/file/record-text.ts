import { createHash } from "node:crypto";
import * as z from "zod";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Stored, Version } from "../store.ts";

/** What a file holds. The revision makes a record that returns to an earlier value a new version all the same. */
const RecordText = z.strictObject({ id: z.string(), revision: z.number().int().min(1), value: z.unknown() });

export interface StoredRecord extends Stored {
  readonly revision: number;
}

/** With a digest of the whole file, so that a change made by hand with an editor is a new version too. */
export function versionOf(revision: number, text: string): Version {
  return `${revision}.${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}

export function recordText(id: string, revision: number, value: unknown): string {
  return `${JSON.stringify({ id, revision, value }, null, 2)}\n`;
}

export function parseRecord(file: string, text: string): StoredRecord {
  const parsed = RecordText.safeParse(jsonOf(file, text));
  if (!parsed.success) throw damaged(file, z.prettifyError(parsed.error));
  const { id, revision, value } = parsed.data;
  return { id, revision, value, version: versionOf(revision, text) };
}

function jsonOf(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(file, (error as Error).message);
  }
}

export function damaged(file: string, reason: string): StillpointError {
  return new StillpointError(
    "CATALOG_DAMAGED",
    `cannot read record "${file}": ${reason}; it was left as it is`,
  );
}
