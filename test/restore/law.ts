import type { DynamodbPlan, PlannedTable } from "../../shared/restore/dynamodb/plan.ts";
import { madeBy, triesOf } from "../../shared/restore/dynamodb/quiet/tries.ts";
import { type CloudState, type CloudTable, contentAt } from "./cloud-state.ts";

/** Watches every change of the cloud: breaking a law is an error that no test can miss. */
export class Law {
  readonly broken: string[] = [];
  /** Ids of tables whose rows were read and found whole, or found to equal such a table. */
  readonly verified = new Set<string>();
  /** Names of tables whose history somebody else destroyed: no fault of the restore's. */
  readonly destroyed = new Set<string>();
  readonly #plan: DynamodbPlan;
  readonly #cloud: CloudState;

  constructor(plan: DynamodbPlan, cloud: CloudState) {
    this.#plan = plan;
    this.#cloud = cloud;
  }

  /** Law 4: of each table's content at the point there is always a complete copy, once verified. */
  check(): void {
    for (const table of this.#plan.tables)
      if (!this.#hasCopy(table) && !this.destroyed.has(table.name))
        this.#break(`no verified copy of "${table.name}" is left`);
    if (this.#cloud.restoresUnderWay > 50) this.#break("more than 50 restores are under way");
  }

  mayCreate(name: string): void {
    const { tables, onlyRead } = madeBy(this.#plan);
    const named = [...tables, ...onlyRead].flatMap((table) => [table.name, table.temporary]);
    if (!named.includes(name)) this.#break(`"${name}" was created, which the plan does not name`);
  }

  mayChange(name: string): void {
    if (!madeBy(this.#plan).tables.some(({ temporary }) => temporary === name))
      this.#break(`rows of "${name}" were changed, which is no copy`);
  }

  mayDelete(name: string, { id }: CloudTable): void {
    const { tables, mode } = this.#plan;
    const made = madeBy(this.#plan);
    if ([...made.tables, ...made.onlyRead].some(({ temporary }) => temporary === name)) return;
    const original = tables.find((table) => table.name === name);
    if (original === undefined) throw this.#break(`"${name}" was deleted, which the plan does not name`);
    if (original.id !== id) this.#break(`another table "${name}" was deleted`);
    if (mode === "side-by-side") this.#break(`the original "${name}" was deleted in a restore side by side`);
    // All of one and the same second, where several were tried.
    const lacking = triesOf(this.#plan).map(({ plan }) =>
      plan.tables.filter((table) => !this.#isSafe(table)),
    );
    if (!lacking.some((each) => each.length === 0))
      this.#break(`"${name}" was deleted before "${lacking[0]?.[0]?.name}" was verified and backed up`);
  }

  #isSafe(table: PlannedTable): boolean {
    return this.#isBackedUp(table) && this.#isCopied(table);
  }

  #hasCopy(table: PlannedTable): boolean {
    const its = madeBy(this.#plan).tables.filter(({ name }) => name === table.name);
    return (
      this.#hasHistory(table) ||
      its.some((one) => this.#isCopied(one) || this.#isBackedUp(one) || this.#isReplaced(one))
    );
  }

  #hasHistory({ name, id }: PlannedTable): boolean {
    const original = this.#cloud.tables.get(name);
    return original?.id === id && original.status === "ACTIVE";
  }

  #isCopied(table: PlannedTable): boolean {
    return this.#isWhole(this.#cloud.tables.get(table.temporary), table);
  }

  #isReplaced(table: PlannedTable): boolean {
    return this.#isWhole(this.#cloud.tables.get(table.name), table);
  }

  #isWhole(found: CloudTable | undefined, { name, atSecond }: PlannedTable): boolean {
    if (found === undefined || found.status !== "ACTIVE") return false;
    return this.verified.has(found.id) && found.content === contentAt(name, atSecond);
  }

  #isBackedUp({ name, atSecond }: PlannedTable): boolean {
    return [...this.#cloud.backups.values()].some(
      ({ status, tableId, content }) =>
        status === "AVAILABLE" && this.verified.has(tableId) && content === contentAt(name, atSecond),
    );
  }

  #break(what: string): never {
    this.broken.push(what);
    throw new Error(`LAW BROKEN: ${what}`);
  }
}
