import { expect, test } from "vitest";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import { type AbandonSearchEffects, abandonSearch } from "../../shared/restore/search/abandon.ts";
import { describeSearch } from "../../shared/restore/search/describe-plan.ts";
import type { SearchEvent } from "../../shared/restore/search/effects.ts";
import type { SearchPlan } from "../../shared/restore/search/plan.ts";
import { type SearchResult, search } from "../../shared/restore/search/search.ts";
import { spanOf } from "../../shared/restore/search/span.ts";
import type { QuietFound } from "../../shared/verify/quiet-seconds.ts";
import { DEFAULT_CLOCKS, earliestLaterSecond } from "../../shared/verify/subject.ts";
import type { Handlers } from "../../shared/workflow/effect.ts";
import { Journal } from "../../shared/workflow/journal.ts";
import { runInProcess } from "../../shared/workflow/run-in-process.ts";
import { Life, mortalHandlers, mortalStore } from "../workflow/mortal.ts";
import { scoped, scopeOver } from "./cloud-verification.ts";
import { AT_SECOND, planOf } from "./example-plan.ts";
import { Situation } from "./situation.ts";

const FOUND: QuietFound = { candidates: [{ atSecond: AT_SECOND - 9, marginMs: 750 }], commits: 12 };
const NOTHING: QuietFound = { candidates: [], commits: 99 };

function searchPlan(): SearchPlan {
  const { run, deployment, instances, proofs } = planOf(1, "side-by-side");
  const [coordinator] = proofs;
  if (coordinator === undefined) throw new Error("the example has a coordinator");
  const asked = { fromSecond: AT_SECOND - 60, toSecond: AT_SECOND, nearestSecond: AT_SECOND, guardMs: 1250 };
  return {
    kind: "search",
    mode: "side-by-side",
    deployment,
    run,
    point: "payments-quiet-0a1b2c3d",
    asked,
    direction: "before",
    coordinator,
    databases: [],
    instances,
    discovery: "list",
  };
}

/** A search with its journal, in a cloud of its own. */
class Searching {
  readonly plan = searchPlan();
  readonly situation = new Situation(planOf(1, "side-by-side"));
  readonly points = new Map<string, QuietFound>();
  readonly events: SearchEvent[] = [];
  readonly #found: QuietFound;

  constructor(found: QuietFound) {
    this.#found = found;
  }

  #handlers(journal?: Journal): Handlers<AbandonSearchEffects> {
    const { cloud } = this.situation;
    return {
      ...this.situation.handlersOf(journal),
      "recheck-search": async ({ plan }) => {
        if (cloud.tables.has(plan.coordinator.temporary)) throw new Error("the name is taken");
        return null;
      },
      "coverage-of-search": async () => ({ done: true }),
      "scope-of-search": async ({ plan: { run, coordinator } }) => {
        expect(cloud.tables.get(coordinator.temporary)?.status).toBe("ACTIVE");
        return scopeOver(run, 0, [scoped(coordinator.name, coordinator.temporary, "later")]);
      },
      "list-quiet": async () => this.#found,
      "record-quiet": async ({ plan, found }) => {
        this.points.set(plan.point, found);
        return null;
      },
      report: async ({ event }) => {
        this.events.push(event);
        return null;
      },
    };
  }

  async run(life = new Life()): Promise<SearchResult> {
    const { cloud, store } = this.situation;
    cloud.begin();
    const journal = await Journal.open(mortalStore(life, store), this.plan.run);
    return runInProcess<AbandonSearchEffects, SearchResult>(search(this.plan), {
      handlers: mortalHandlers(life, this.#handlers(journal)),
      journal,
      pass: async (ms) => cloud.pass(ms),
    });
  }

  async abandon(life = new Life()): Promise<{ readonly tables: number }> {
    const { cloud, store } = this.situation;
    cloud.begin();
    await Journal.fence(store, this.plan.run);
    return runInProcess<AbandonSearchEffects, { readonly tables: number }>(abandonSearch(this.plan), {
      handlers: mortalHandlers(life, this.#handlers()),
      pass: async (ms) => cloud.pass(ms),
    });
  }

  get world(): unknown {
    return this.situation.cloud.snapshot();
  }
}

const UNTOUCHED = new Searching(FOUND).world;

test("a search records what it found, and leaves nothing but that", async () => {
  const searching = new Searching(FOUND);
  const { plan } = searching;
  expect(await searching.run()).toEqual({
    kind: "search",
    mode: "side-by-side",
    point: plan.point,
    ...FOUND,
  });
  expect([...searching.points]).toEqual([[plan.point, FOUND]]);
  expect(searching.world).toEqual(UNTOUCHED);
  expect(searching.situation.cloud.created).toEqual(new Set([plan.coordinator.temporary]));
  expect(searching.events).toContainEqual({ kind: "quiet-found", candidates: 1, commits: 12 });
});

test("a search that finds none records no point, and leaves nothing, however often it is resumed", async () => {
  const searching = new Searching(NOTHING);
  for (let life = 0; life < 2; life++) expect(await searching.run().catch(codeOf)).toBe("NO_QUIET_SECOND");
  expect(searching.points.size).toBe(0);
  expect(searching.world).toEqual(UNTOUCHED);
});

test("abandoning a search tells how many tables it has removed, and not how many there might have been", async () => {
  const done = new Searching(FOUND);
  await done.run();
  expect(await done.abandon()).toEqual({ tables: 0 });
  const life = new Life();
  await new Searching(FOUND).run(life);
  const killed = new Searching(FOUND);
  const listing = life.moments.findIndex((name) => name.includes("record-quiet"));
  await killed.run(new Life(listing)).catch(() => undefined);
  expect(await killed.abandon()).toEqual({ tables: 1 });
});

test("killed at any moment and resumed, a search ends as an undisturbed one", async () => {
  const life = new Life();
  const expected = await new Searching(FOUND).run(life);
  for (const [moment, name] of life.moments.entries()) {
    const searching = new Searching(FOUND);
    await expect(searching.run(new Life(moment)), name).rejects.toThrow("the process died");
    expect(await searching.run(), name).toEqual(expected);
    expect(searching.world, name).toEqual(UNTOUCHED);
    expect(searching.points.size).toBe(1);
    expect(searching.situation.cloud.law.broken).toEqual([]);
  }
});

test("abandoned at any moment, and killed while it is, a search leaves nothing behind", async () => {
  const life = new Life();
  await new Searching(FOUND).run(life);
  for (const [moment, name] of life.moments.entries()) {
    const searching = new Searching(FOUND);
    await searching.run(new Life(moment)).catch(() => undefined);
    await searching.abandon(new Life(moment % 7)).catch(() => undefined);
    await searching.abandon();
    expect(searching.world, name).toEqual(UNTOUCHED);
  }
});

test("where its original has vanished meanwhile, the restored coordinator is kept, since it may be the only one", async () => {
  const life = new Life();
  await new Searching(FOUND).run(life);
  const listed = life.moments.findIndex((name) => name.includes("list-quiet"));
  const searching = new Searching(FOUND);
  await searching.run(new Life(listed)).catch(() => undefined);
  const { cloud } = searching.situation;
  const { name, temporary } = searching.plan.coordinator;
  cloud.tables.delete(name);
  expect(await searching.run().catch(codeOf)).toBe("RESTORE_BLOCKED");
  expect(await searching.abandon().catch(codeOf)).toBe("ABANDON_REFUSED");
  expect(cloud.tables.get(temporary)?.status).toBe("ACTIVE");
});

test("the plan names the one table that it makes and deletes, and the point that comes of it", () => {
  const plan = searchPlan();
  const { steps, consequences } = describeSearch(plan);
  expect(steps.flatMap(({ creates }) => creates)).toEqual([plan.coordinator.temporary]);
  expect(steps.flatMap(({ deletes }) => deletes)).toEqual([plan.coordinator.temporary]);
  expect(steps.flatMap(({ changes }) => changes)).toEqual([]);
  expect(steps.map(({ does }) => does).join()).toContain(plan.point);
  expect(consequences.join()).toContain("nothing is paused");
  expect(consequences.join()).not.toContain("Nobody has set");
  expect(describeSearch({ ...plan, isBoundDefault: true }).consequences.at(-1)).toContain(
    "Nobody has set pause.scalarClockBound",
  );
});

test("the span lies on the side that was asked for, within a day and what is covered and provable", () => {
  const covered = { earliestSecond: 1_000, latestSecond: 500_000 };
  const at = (nearest: number | "latest", direction: "before" | "after") =>
    spanOf({ nearest, direction, covered, clocks: DEFAULT_CLOCKS });
  const last = covered.latestSecond - earliestLaterSecond(0, DEFAULT_CLOCKS);
  expect(at(200_000, "before")).toEqual({ fromSecond: 113_600, toSecond: 200_000, nearestSecond: 200_000 });
  expect(at(2_000, "before")).toEqual({ fromSecond: 1_000, toSecond: 2_000, nearestSecond: 2_000 });
  expect(at(200_000, "after")).toEqual({ fromSecond: 200_000, toSecond: 286_400, nearestSecond: 200_000 });
  expect(at(499_000, "after")).toEqual({ fromSecond: 499_000, toSecond: last, nearestSecond: 499_000 });
  expect(at("latest", "before")).toEqual({ fromSecond: last - 86_400, toSecond: last, nearestSecond: last });
  expect(earliestLaterSecond(last, DEFAULT_CLOCKS)).toBeLessThanOrEqual(covered.latestSecond);
  expect(earliestLaterSecond(last + 1, DEFAULT_CLOCKS)).toBeGreaterThan(covered.latestSecond);
});
