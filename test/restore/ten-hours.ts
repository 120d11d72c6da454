import type { DynamodbEvent, RestoreEffects } from "../../shared/restore/dynamodb/effects.ts";
import { MOST_RESTORES } from "../../shared/restore/dynamodb/lane.ts";
import type { DynamodbPlan } from "../../shared/restore/dynamodb/plan.ts";
import { byDatabase, observationOf, type TableState } from "../../shared/restore/dynamodb/watched.ts";
import type { VerificationReport } from "../../shared/verify/report.ts";
import type { Handlers } from "../../shared/workflow/effect.ts";
import { scopeOf } from "./cloud-verification.ts";
import { notAsked } from "./not-asked.ts";

const COVERED_AFTER_MS = 5 * 60_000;
const BACKUP_MS = 60_000;
const DELETION_MS = 6_000;

interface Change {
  readonly from: TableState;
  readonly to: TableState;
  readonly atMs: number;
}

/** A control plane in virtual time whose restores take hours: who is asked how often is what counts here. */
export class TenHours {
  nowMs = 0;
  readonly events: DynamodbEvent[] = [];
  readonly #tables = new Map<string, Change>();
  readonly #backups = new Map<string, number>();
  readonly #restoreMsOf: (table: string) => number;

  constructor(plan: DynamodbPlan, restoreMsOf: (table: string) => number) {
    this.#restoreMsOf = restoreMsOf;
    for (const { name } of plan.tables) this.#tables.set(name, { from: "ACTIVE", to: "ACTIVE", atMs: 0 });
  }

  readonly handlers: Handlers<RestoreEffects> = {
    recheck: async () => null,
    "mark-lost": async () => null,
    coverage: async () => ({ done: this.nowMs >= COVERED_AFTER_MS }),
    "start-copy": async ({ target }) => this.#restore(target),
    "start-backup": async ({ backup }) => {
      this.#backups.set(backup, this.nowMs + BACKUP_MS);
      return { arn: backup };
    },
    "delete-table": async ({ name }) => this.#delete(name),
    "delete-original": async ({ name }) => this.#delete(name),
    "look-again": async () => null,
    "delete-backup": async () => null,
    "start-replacement": async ({ target }) => this.#restore(target),
    observe: async (watched) => {
      const states = watched.tables.map((table) => ({ ...table, state: this.#stateOf(table.name) }));
      const found = watched.backups.map(({ arn }) => [
        arn,
        this.#isAvailable(arn) ? "AVAILABLE" : "CREATING",
      ]);
      return observationOf(watched, { tables: byDatabase(states), backups: Object.fromEntries(found) });
    },
    "scope-copies": async ({ plan, what }) => scopeOf(plan, what),
    "scan-segment": async () => PART,
    "judge-parts": async () => PROVEN,
    "remove-parts": async () => null,
    "scan-to-settle": async () => PART,
    "settle-parts": async () => ({
      keptUntilMs: 0,
      pages: PAGES,
      changes: PAGES * 400,
      dropped: 9,
      inDoubt: 9,
    }),
    "apply-page": async () => null,
    "record-settled": async () => null,
    ...notAsked("list-quiet", "record-proven", "missing-originals"),
    "apply-settings": async () => [],
    "compare-settings": async () => [],
    report: async ({ event }) => {
      this.events.push(event);
      return null;
    },
  };

  #restore(target: string): { started: boolean } {
    const underWay = [...this.#tables.keys()].filter((name) => this.#stateOf(name) === "CREATING");
    if (underWay.length >= MOST_RESTORES) return { started: false };
    const atMs = this.nowMs + this.#restoreMsOf(target);
    this.#tables.set(target, { from: "CREATING", to: "ACTIVE", atMs });
    return { started: true };
  }

  #delete(name: string): null {
    this.#tables.set(name, { from: "DELETING", to: "ABSENT", atMs: this.nowMs + DELETION_MS });
    return null;
  }

  #stateOf(name: string): TableState {
    const { from, to, atMs } = this.#tables.get(name) ?? { from: "ABSENT", to: "ABSENT", atMs: 0 };
    return this.nowMs < atMs ? from : to;
  }

  #isAvailable(arn: string): boolean {
    return this.nowMs >= (this.#backups.get(arn) ?? Number.POSITIVE_INFINITY);
  }
}

const PART = { sha256: "0".repeat(64), bytes: 1_000, count: 1, digest: "0".repeat(32) };
/** Of 400 entries each: what a thousand transactions a second leave within a bound of a minute. */
const PAGES = 300;

const PROVEN = {
  proof: { kind: "proven", reason: "quiet", restsOn: [] },
  findings: [],
  findingCounts: {},
  checked: { tables: [] },
  notChecked: [],
} as unknown as VerificationReport;
