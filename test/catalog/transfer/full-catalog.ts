import { catalogOver } from "../../../shared/catalog/catalog.ts";
import { COLLECTIONS, type Store } from "../../../shared/catalog/store.ts";
import { aPause, aPoint, aRun } from "../examples.ts";

/** With all the output that is ever kept. */
const COMMAND = {
  command: "copy 'ü'\n",
  startedMs: 1_000.25,
  endedMs: 2_000.5,
  end: { kind: "exited", status: 0 },
  output: "日本\n".repeat(2_340),
  outputBytes: 200_000_000,
} as const;

/** A catalog in the middle of things: a backup that holds, a restore that failed half-way, and older ones. */
export async function fill(store: Store): Promise<void> {
  const { pauses, points, runs, journal, sweeps, acquireLease } = catalogOver(store);
  const now = Date.UTC(2026, 10, 25);
  await pauses.create(aPause("p-open"));
  await pauses.create(aPause("p-closed"));
  await pauses.update("p-closed", (record) => ({
    ...record,
    state: "unsettled",
    unsettled: ["10.0.0.1:50053"],
  }));
  await pauses.update("p-closed", (record) => ({ ...record, state: "closed", unsettled: [] }));
  await points.create(aPoint("point-1", { pause: "p-closed" }));
  await points.create(aPoint("point-2", { command: COMMAND }));
  await runs.create(aRun("r-failed", { state: "planned" }));
  await acquireLease("payments", { kind: "restore", run: "r-failed" }, now);
  await runs.update("r-failed", (record) => ({ ...record, state: "running" }));
  for (let index = 0; index < 5; index++)
    await journal.append("r-failed", index, { position: `${index}`, ü: "日本" });
  await runs.update("r-failed", (record) => ({ ...record, state: "failed" }));
  await runs.create(aRun("r-done", { state: "done", deployment: "orders" }));
  await journal.append("r-done", 0, { position: "0" });
  const of = { kind: "watch" } as const;
  await sweeps.begin({ host: "here", process: 1, of, sinceMs: now, intervalMs: 10_000 }, now);
}

/** All that a catalog holds and an import moves, without the versions, which are a store's own. */
export async function contentsOf(store: Store): Promise<unknown> {
  const contents: Record<string, unknown> = {};
  for (const collection of COLLECTIONS) {
    if (collection === "sweeps") continue;
    const { records, damaged } = await store.list(collection);
    contents[collection] = records.map(({ id, value }) => ({ id, value }));
    contents[`damaged ${collection}`] = damaged;
  }
  for (const run of ["r-failed", "r-done"]) contents[`journal ${run}`] = await store.journal(run);
  contents["open"] = (await store.listOpen("pauses")).records.map(({ id }) => id);
  return contents;
}

export async function* linesOf(lines: Iterable<object | string>): AsyncGenerator<string> {
  for (const line of lines) yield typeof line === "string" ? line : JSON.stringify(line);
}

export async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
