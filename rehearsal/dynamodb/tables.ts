import type { Item } from "./items.ts";
import type { Journal } from "./journal.ts";
import { refuse } from "./refusal.ts";
import type { TableSettings } from "./table-settings.ts";
import type { Wire } from "./wire.ts";

/** Where a table came from, as DescribeTable tells it while the restore is under way, and not a moment longer. */
export interface RestoreSummary {
  readonly SourceTableArn: string;
  readonly SourceBackupArn?: string;
  /** Seconds. */
  readonly RestoreDateTime: number;
  readonly RestoreInProgress: true;
}

export type Phase =
  | { readonly kind: "creating"; readonly restore?: RestoreSummary }
  | { readonly kind: "active" }
  | { readonly kind: "updating" }
  | { readonly kind: "deleting" };

export type PointInTimeRecovery =
  | { readonly kind: "off" }
  | {
      readonly kind: "on";
      readonly enabledAtMs: number;
      readonly recoveryPeriodDays: number;
      /** What a shorter recovery period once cut off does not come back with a longer one. */
      readonly lostUntilMs: number;
    };

/** One incarnation of a table: a table that is created again under the same name is another one. */
export interface Table {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly keyNames: readonly string[];
  readonly journal: Journal<Item>;
  readonly settings: TableSettings;
  createdAtMs: number;
  /** From when on the journal says what the items were; what a restored table was filled with dates from then. */
  filledAtMs: number;
  /** On the monotonic clock, since the database's own may be set at any time. */
  activeSinceMs: number;
  phase: Phase;
  pointInTimeRecovery: PointInTimeRecovery;
  /** The table as described before the backend has it. */
  description: Wire;
}

/** All tables by name. */
export class Tables {
  readonly #tables = new Map<string, Table>();
  readonly #arnPrefix: string;

  constructor(region: string, accountId: string) {
    this.#arnPrefix = `arn:aws:dynamodb:${region}:${accountId}:table/`;
  }

  arnOf(name: string): string {
    return `${this.#arnPrefix}${name}`;
  }

  /** Most operations take a table's ARN wherever they take its name. */
  nameOf(nameOrArn: unknown): string {
    const text = String(nameOrArn ?? "");
    return text.startsWith(this.#arnPrefix) ? text.slice(this.#arnPrefix.length) : text;
  }

  find(nameOrArn: unknown): Table | undefined {
    return this.#tables.get(this.nameOf(nameOrArn));
  }

  /** The table, if its items can be read and written now. */
  open(nameOrArn: unknown): Table {
    const table = this.find(nameOrArn);
    if (table !== undefined && isOpen(table)) return table;
    return refuse("ResourceNotFoundException", "Requested resource not found");
  }

  add(table: Table): void {
    this.#tables.set(table.name, table);
  }

  remove(table: Table): void {
    if (this.#tables.get(table.name) === table) this.#tables.delete(table.name);
  }

  all(): readonly Table[] {
    return [...this.#tables.values()];
  }
}

export function isOpen(table: Table): boolean {
  return table.phase.kind === "active" || table.phase.kind === "updating";
}

const NAME = /^[a-zA-Z0-9_.-]{3,255}$/;

export function checkName(what: string, name: unknown): string {
  if (typeof name === "string" && NAME.test(name)) return name;
  return refuse(
    "ValidationException",
    `Invalid ${what} "${String(name ?? "")}": it must have 3 to 255 of the characters a-z, A-Z, 0-9, '_', '-', '.'`,
  );
}
