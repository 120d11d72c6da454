import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { TableSettings } from "../../shared/restore/dynamodb/captured.ts";
import { MOST_RESTORES } from "../../shared/restore/dynamodb/lane.ts";
import type { DynamodbPlan } from "../../shared/restore/dynamodb/plan.ts";
import type { CloudBackup, CloudState, CloudTable } from "./cloud-state.ts";
import { Law } from "./law.ts";

/** What a restored table has of its settings. */
export const BARE: TableSettings = {
  recoveryDays: null,
  billing: "PROVISIONED",
  capacity: { read: 10, write: 10 },
  indexCapacity: {},
  scalableTargets: [],
  scalingPolicies: [],
  ttl: null,
  tags: {},
  deletionProtection: false,
};

/** Far more than any restore here takes. */
const MOST_TICKS = 1_000;

/** A backup may miss what was written in the last minute. */
const BACKUP_DOUBT_MS = 60_000;

export const BYSTANDER = "prod_somebody.elses";

export interface Weather {
  /** Restores of other people under way at a tick. */
  readonly others?: (tick: number) => number;
  /** How many ticks a change takes. */
  readonly ticks?: (name: string) => number;
}

/** DynamoDB's control plane in virtual time: tables with their histories, backups, limits. The law watches it. */
export class Cloud implements CloudState {
  readonly tables = new Map<string, CloudTable>();
  readonly backups = new Map<string, CloudBackup>();
  readonly law: Law;
  /** What verifications have left so far of what they read. */
  readonly parts = new Set<string>();
  /** Quiet seconds that were recorded as proven. */
  readonly proven = new Set<number>();
  readonly created = new Set<string>();
  readonly deleted = new Set<string>();
  /** What settling has put on record. */
  readonly pages = new Map<number, string>();
  /** Every table that was read to settle, by what it was read as. */
  readonly settledFrom = new Set<string>();
  /** Points of which it is on record that they were settled. */
  readonly settled = new Set<string>();
  mostRestores = 0;
  nowMs = 0;
  #tick = 0;
  #lastTick = MOST_TICKS;
  #made = 0;
  readonly #weather: Weather;

  constructor(plan: DynamodbPlan, weather: Weather = {}) {
    this.#weather = weather;
    this.law = new Law(plan, this);
    for (const { name, id, original } of plan.tables)
      this.tables.set(name, active(id, `${name} today`, original.settings));
    this.tables.set(BYSTANDER, active(`${BYSTANDER}#1`, "not ours", BARE));
  }

  /** A process begins that waits for nothing longer than so many ticks. */
  begin(): void {
    this.#lastTick = this.#tick + MOST_TICKS;
  }

  tick(): void {
    if (this.#tick++ > this.#lastTick)
      throw new StillpointError("TIMED_OUT", "what is waited for never comes");
    for (const [name, table] of this.tables) {
      if (table.status === "ACTIVE" || table.untilTick > this.#tick) continue;
      if (table.status === "DELETING") this.tables.delete(name);
      else table.status = "ACTIVE";
    }
    for (const backup of this.backups.values())
      if (backup.untilTick <= this.#tick) backup.status = "AVAILABLE";
    this.law.check();
  }

  /** Time that is waited for without looking. */
  pass(ms: number): void {
    this.nowMs += ms;
    this.tick();
  }

  get restoresUnderWay(): number {
    return [...this.tables.values()].filter(({ status }) => status === "CREATING").length;
  }

  hasRoom(): boolean {
    return this.restoresUnderWay + (this.#weather.others?.(this.#tick) ?? 0) < MOST_RESTORES;
  }

  restore(name: string, content: string, from?: string): void {
    this.law.mayCreate(name);
    this.created.add(name);
    const id = `${name}#${++this.#made + 1}`;
    const table: CloudTable = {
      id,
      content,
      settings: BARE,
      status: "CREATING",
      untilTick: this.#later(name),
    };
    this.tables.set(name, from === undefined ? table : { ...table, from });
    this.mostRestores = Math.max(this.mostRestores, this.restoresUnderWay);
    this.law.check();
  }

  /** Takes one doubt out of a copy; twice is as once. */
  takeOut(name: string, doubt: string): void {
    this.law.mayChange(name);
    const table = this.tables.get(name);
    if (table?.status !== "ACTIVE") throw new StillpointError("DATABASE_REFUSED", `there is no "${name}"`);
    if (!table.content.includes(doubt)) return;
    table.before = { content: table.content, untilMs: this.nowMs + BACKUP_DOUBT_MS };
    table.content = table.content.replace(doubt, "");
  }

  backUp(table: string, name: string): string {
    this.law.mayCreate(name);
    this.created.add(`backup ${name}`);
    const source = this.tables.get(table);
    if (source?.status !== "ACTIVE") throw new Error(`"${table}" cannot be backed up now`);
    const arn = `arn:backup/${++this.#made}`;
    const { id: tableId, before } = source;
    const content = before && this.nowMs < before.untilMs ? before.content : source.content;
    const untilTick = this.#later(name);
    this.backups.set(arn, { name, table, tableId, content, status: "CREATING", untilTick });
    this.law.check();
    return arn;
  }

  deleteTable(name: string): void {
    const table = this.tables.get(name);
    if (table === undefined || table.status === "DELETING") return;
    if (table.status === "CREATING") throw new Error(`"${name}" is being created`);
    this.law.mayDelete(name, table);
    this.deleted.add(name);
    table.status = "DELETING";
    table.untilTick = this.#later(name);
    this.law.check();
  }

  unprotect(name: string): void {
    const table = this.tables.get(name);
    if (table) table.settings = { ...table.settings, deletionProtection: false };
  }

  deleteBackup(arn: string): void {
    this.backups.delete(arn);
    this.law.check();
  }

  /** Everything that a person could find, whatever the order it came in. Ids are as they may be. */
  snapshot(): unknown {
    const tables = [...this.tables].map(([name, { content, settings, status }]) => [
      name,
      { content, settings, status },
    ]);
    const backups = [...this.backups.values()].map(({ name, table, content, status }) => [
      name,
      { table, content, status },
    ]);
    return { tables: tables.sort(byName), backups: backups.sort(byName), parts: [...this.parts].sort() };
  }

  #later(name: string): number {
    return this.#tick + 1 + (this.#weather.ticks?.(name) ?? name.length % 3);
  }
}

function active(id: string, content: string, settings: TableSettings): CloudTable {
  return { id, content, settings, status: "ACTIVE", untilTick: 0 };
}

function byName([a]: unknown[], [b]: unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}
