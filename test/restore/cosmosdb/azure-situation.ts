import { expect } from "vitest";
import { refuseOvertaken } from "../../../shared/deployment/refuse-overtaken.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import { type AbandonCosmosdbEffects, abandonCosmosdb } from "../../../shared/restore/cosmosdb/abandon.ts";
import type { CosmosdbEvent } from "../../../shared/restore/cosmosdb/effects.ts";
import type { CosmosdbPlan } from "../../../shared/restore/cosmosdb/plan.ts";
import { type CosmosdbResult, restoreCosmosdb } from "../../../shared/restore/cosmosdb/restore.ts";
import type { Handlers } from "../../../shared/workflow/effect.ts";
import { Journal } from "../../../shared/workflow/journal.ts";
import { runInProcess } from "../../../shared/workflow/run-in-process.ts";
import { memoryStore } from "../../catalog/memory-store.ts";
import { endOf, Life, mortalHandlers, mortalStore } from "../../workflow/mortal.ts";
import { Azure, type Weather } from "./azure.ts";
import { azureHandlers, type Circumstances } from "./azure-handlers.ts";

/** A run of a plan with its journal, in a cloud of its own. */
export class AzureSituation {
  readonly plan: CosmosdbPlan;
  readonly cloud: Azure;
  readonly store = memoryStore();
  readonly events: CosmosdbEvent[] = [];
  /** What the last run or abandoning said when it failed. */
  said = "";
  readonly #circumstances: Circumstances;
  readonly #counts = { looks: 0 };
  /** What the catalog says of the run, as far as anybody asks. */
  state: "running" | "failed" | "abandoning" = "running";

  constructor(plan: CosmosdbPlan, circumstances: Circumstances = {}, weather: Weather = {}) {
    this.plan = plan;
    this.cloud = new Azure(plan, weather);
    this.#circumstances = circumstances;
  }

  /** Of a process: a runner's with its journal, an abandoning's without. */
  handlersOf(life: Life, journal?: Journal): Handlers<AbandonCosmosdbEffects> {
    const handlers = azureHandlers(this.cloud, this.#circumstances, {
      events: this.events,
      counts: this.#counts,
      pass: (moment) => life.pass(moment),
      ...(journal && { guard: (name) => refuseOvertaken(journal, `account "${name}"`) }),
      markRun: (state) => {
        this.state = state;
        return null;
      },
    });
    return mortalHandlers(life, handlers);
  }

  /** Nothing that was broken stays unseen, whatever the workflow made of it. */
  async run(life = new Life()): Promise<CosmosdbResult> {
    this.cloud.begin();
    if (this.state === "abandoning") throw new StillpointError("ABANDON_UNFINISHED", "it is being abandoned");
    const journal = await Journal.open(mortalStore(life, this.store), this.plan.run);
    const result = await runInProcess<AbandonCosmosdbEffects, CosmosdbResult>(restoreCosmosdb(this.plan), {
      handlers: this.handlersOf(life, journal),
      journal,
      pass: async () => undefined,
    });
    expect(this.cloud.law.broken).toEqual([]);
    return result;
  }

  /** As `run`, with its end as a value. */
  end(life = new Life()): Promise<string> {
    return this.#ended(this.run(life), life, "done");
  }

  async abandon(life = new Life()): Promise<string> {
    this.cloud.begin();
    this.cloud.law.abandoning = true;
    await Journal.fence(this.store, this.plan.run);
    const abandoned = runInProcess<AbandonCosmosdbEffects, object>(abandonCosmosdb(this.plan), {
      handlers: this.handlersOf(life),
      pass: async () => undefined,
    });
    return this.#ended(abandoned, life, "abandoned");
  }

  async #ended(work: Promise<unknown>, life: Life, whole: string): Promise<string> {
    const tell = (said: string) => {
      this.said = said;
    };
    const end = await endOf(work, { life, whole, tell });
    expect(this.cloud.law.broken).toEqual([]);
    return end;
  }

  get names(): readonly string[] {
    return [...this.cloud.accounts.keys()].sort();
  }
}

/** The run from beginning to end, with the moments at which it might have died. */
export async function undisturbed(plan: CosmosdbPlan) {
  const situation = new AzureSituation(plan);
  const life = new Life();
  const result = await situation.run(life);
  return { result, situation, moments: life.moments };
}
