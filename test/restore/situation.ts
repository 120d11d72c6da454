import { expect } from "vitest";
import { refuseOvertaken } from "../../shared/deployment/refuse-overtaken.ts";
import { codeOf, StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { type AbandonEffects, abandon } from "../../shared/restore/dynamodb/abandon.ts";
import type { DynamodbEvent } from "../../shared/restore/dynamodb/effects.ts";
import type { DynamodbPlan } from "../../shared/restore/dynamodb/plan.ts";
import { type DynamodbResult, restore } from "../../shared/restore/dynamodb/restore.ts";
import type { Handlers } from "../../shared/workflow/effect.ts";
import { Journal } from "../../shared/workflow/journal.ts";
import { runInProcess } from "../../shared/workflow/run-in-process.ts";
import { memoryStore } from "../catalog/memory-store.ts";
import { Life, mortalHandlers, mortalStore } from "../workflow/mortal.ts";
import { Cloud, type Weather } from "./cloud.ts";
import { type Circumstances, cloudHandlers } from "./cloud-handlers.ts";

/** A run of a plan with its journal, in a cloud of its own. */
export class Situation {
  readonly plan: DynamodbPlan;
  readonly cloud: Cloud;
  readonly store = memoryStore();
  readonly events: DynamodbEvent[] = [];
  readonly #circumstances: Circumstances;
  readonly #counts = { asked: 0, looks: 0 };
  /** What the catalog says of the run, as far as anybody asks. */
  state: "running" | "failed" | "abandoning" = "running";
  /** What the last abandoning says that it has removed. */
  removed: object = {};

  constructor(plan: DynamodbPlan, circumstances: Circumstances = {}, weather: Weather = {}) {
    this.plan = plan;
    this.cloud = new Cloud(plan, weather);
    this.#circumstances = circumstances;
  }

  /** Of a process: a runner's with its journal, an abandoning's without. */
  handlersOf(journal?: Journal): Handlers<AbandonEffects> {
    return cloudHandlers(this.cloud, this.#circumstances, {
      events: this.events,
      counts: this.#counts,
      ...(journal && { guard: (table) => refuseOvertaken(journal, `table "${table}"`) }),
      markRun: (state) => {
        this.state = state;
        return null;
      },
    });
  }

  async run(life = new Life()): Promise<DynamodbResult> {
    this.cloud.begin();
    if (this.state === "abandoning") throw new StillpointError("ABANDON_UNFINISHED", "it is being abandoned");
    const journal = await Journal.open(mortalStore(life, this.store), this.plan.run);
    return runInProcess<AbandonEffects, DynamodbResult>(restore(this.plan), {
      handlers: mortalHandlers(life, this.handlersOf(journal)),
      journal,
      pass: async (ms) => this.cloud.pass(ms),
    });
  }

  /** As `run`, with its end as a value; nothing that was broken stays unseen. */
  async end(life = new Life()): Promise<string> {
    const end = await this.run(life).then(
      () => "done",
      (error: unknown) => (life.isOver ? "killed" : codeOf(error)),
    );
    expect(this.cloud.law.broken).toEqual([]);
    return end;
  }

  async abandon(life = new Life()): Promise<string> {
    this.cloud.begin();
    await Journal.fence(this.store, this.plan.run);
    const abandoned = runInProcess<AbandonEffects, object>(abandon(this.plan), {
      handlers: mortalHandlers(life, this.handlersOf()),
      pass: async (ms) => this.cloud.pass(ms),
    });
    const end = await abandoned.then(
      (removed) => {
        this.removed = removed;
        return "abandoned";
      },
      (error: unknown) => (life.isOver ? "killed" : codeOf(error)),
    );
    expect(this.cloud.law.broken).toEqual([]);
    return end;
  }

  get names(): readonly string[] {
    return [...this.cloud.tables.keys()].sort();
  }
}
