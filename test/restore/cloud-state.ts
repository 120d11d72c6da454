import type { TableSettings } from "../../shared/restore/dynamodb/captured.ts";

export interface CloudTable {
  readonly id: string;
  content: string;
  settings: TableSettings;
  status: "CREATING" | "ACTIVE" | "DELETING";
  /** When the status ends: the table is there, or gone. */
  untilTick: number;
  /** The backup that this table is being restored from. */
  readonly from?: string;
  /** What a backup of the next minute may still find. */
  before?: { readonly content: string; readonly untilMs: number };
}

export interface CloudBackup {
  readonly name: string;
  readonly table: string;
  readonly tableId: string;
  readonly content: string;
  status: "CREATING" | "AVAILABLE";
  untilTick: number;
}

export interface CloudState {
  readonly tables: ReadonlyMap<string, CloudTable>;
  readonly backups: ReadonlyMap<string, CloudBackup>;
  readonly restoresUnderWay: number;
}

/** What of a copy is in doubt, where nobody paused; each is taken out by a page of its own. */
export const DOUBTS = ["~0", "~1", "~2"] as const;

/** What a table held at a second, as its history gives it back. */
export function contentAt(name: string, atSecond: number): string {
  return `${name} at ${atSecond}`;
}
