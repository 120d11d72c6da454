import { randomUUID } from "node:crypto";
import type { Version } from "../store.ts";

/** What a version says of the record that has it, so that its successor need not read it first. */
export interface RecordVersion {
  /** Grows with every write of the record. */
  readonly revision: number;
  /** How many parts its value lies in; 0 where it lies in the record itself. */
  readonly parts: number;
  /** Whether a marker stands beside it. */
  readonly open: boolean;
  /** Unique for each write: who reads it back knows whose write it was. */
  readonly token: string;
}

const VERSION = /^(\d+)\.(\d+)\.([01])\.([0-9a-f-]{36})$/;

export function parseVersion(version: Version): RecordVersion | undefined {
  const [, revision, parts, open, token] = VERSION.exec(version) ?? [];
  if (token === undefined) return undefined;
  return { revision: Number(revision), parts: Number(parts), open: open === "1", token };
}

export function versionText({ revision, parts, open, token }: RecordVersion): Version {
  return `${revision}.${parts}.${open ? 1 : 0}.${token}`;
}

/**
 * The successor's version. Its revision is the time, so that what is written to a catalog that was rebuilt comes
 * after what was written to the lost one, and always higher than the one before, whatever the clocks say.
 */
export function nextVersion(
  before: RecordVersion | undefined,
  value: Pick<RecordVersion, "parts" | "open">,
): RecordVersion {
  const revision = Math.max(Date.now(), (before?.revision ?? 0) + 1);
  return { revision, ...value, token: randomUUID() };
}
