import type { JdbcPlan } from "../../../shared/restore/jdbc/plan.ts";
import { type Held, type Holding, heldBy } from "./holding.ts";

/** Watches every change of the servers: breaking a law is an error that no test can miss. */
export class SqlLaw {
  readonly broken: string[] = [];
  /** What was read with this content and found whole: `database/name`. */
  readonly verified = new Map<string, string>();
  abandoning = false;
  readonly #plan: JdbcPlan;
  readonly #held: Held;
  /** What was there before: it may be called otherwise, and never be gone. */
  readonly #before: readonly (readonly [database: string, name: string, holding: Holding])[];

  constructor(plan: JdbcPlan, held: Held) {
    this.#plan = plan;
    this.#held = held;
    this.#before = [...held].flatMap(([database, names]) =>
      [...names].map(([name, holding]) => [database, name, holding] as const),
    );
  }

  /** Law 4: what was there before is there still, untouched, under its name or the one to keep it under. */
  check(): void {
    for (const [database, name, holding] of this.#before) {
      const names = heldBy(this.#held, database);
      const kept = this.#dumpOf(database)?.kept[name] ?? "";
      if (names.get(name) !== holding && names.get(kept) !== holding)
        this.#break(`"${name}" of "${database}", which was there before, is gone`);
    }
  }

  mayMake(database: string, name: string, { madeBy }: Holding): void {
    if (!Object.values(this.#dumpOf(database)?.targets ?? {}).includes(name))
      this.#break(`"${name}" was made, which the plan does not name`);
    if (madeBy !== this.#plan.run) this.#break(`"${name}" was made without a mark`);
    if (this.#hasBegun()) this.#break(`"${name}" was loaded after a name had changed hands`);
  }

  mayDrop(database: string, name: string, { madeBy }: Holding): void {
    if (madeBy !== this.#plan.run) this.#break(`"${name}" of somebody else was dropped`);
    if (!Object.values(this.#dumpOf(database)?.targets ?? {}).includes(name))
      this.#break(`"${name}" was dropped, which is no target`);
    if (this.#hasBegun()) this.#break(`"${name}" was dropped after a name had changed hands`);
    if (this.verified.has(`${database}/${name}`) && !this.abandoning)
      this.#break(`"${name}" was dropped though it was verified`);
  }

  /** Only between the names of the plan, and only once all of every dump was verified as it is now. */
  mayRename(database: string, from: string, to: string): void {
    if (this.#plan.mode === "side-by-side") this.#break(`"${from}" was renamed in a restore side by side`);
    if (this.abandoning) this.#break(`"${from}" was renamed while the run was abandoned`);
    const { targets = {}, kept = {} } = this.#dumpOf(database) ?? {};
    const isPlanned = Object.entries(targets).some(
      ([name, target]) => (from === name && to === kept[name]) || (from === target && to === name),
    );
    if (!isPlanned) this.#break(`"${from}" was renamed to "${to}", which the plan does not say`);
    for (const dump of this.#plan.dumps)
      for (const [name, target] of Object.entries(dump.targets))
        if (!this.#isVerified(dump.database, name, target))
          this.#break(`"${from}" was renamed before "${target}" of "${dump.database}" was verified`);
  }

  #isVerified(database: string, name: string, target: string): boolean {
    const names = heldBy(this.#held, database);
    const ours = [names.get(target), names.get(name)].find((each) => each?.madeBy === this.#plan.run);
    return ours !== undefined && this.verified.get(`${database}/${target}`) === ours.content;
  }

  #hasBegun(): boolean {
    return this.#plan.dumps.some(({ database, targets, kept }) => {
      const names = heldBy(this.#held, database);
      return Object.keys(targets).some(
        (name) => names.has(kept[name] ?? "") || names.get(name)?.madeBy === this.#plan.run,
      );
    });
  }

  #dumpOf(database: string) {
    return this.#plan.dumps.find((dump) => dump.database === database);
  }

  #break(what: string): never {
    this.broken.push(what);
    throw new Error(`LAW BROKEN: ${what}`);
  }
}
