import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countTransactions } from "../../rehearsal/ledger/totals.ts";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import { abandonRestore } from "../../shared/deployment/abandon-restore.ts";
import { planRestore } from "../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../shared/deployment/run-restore.ts";
import { planSearch } from "../../shared/deployment/search/plan-search.ts";
import type { WantedSearch } from "../../shared/deployment/search/wanted-search.ts";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import type { DynamodbResult } from "../../shared/restore/dynamodb/restore.ts";
import type { RestoreEvent } from "../../shared/restore/restore-plan.ts";
import type { SearchResult } from "../../shared/restore/search/search.ts";
import { dynamodbPlanOf } from "../deployment/dynamodb-plan.ts";
import { killOnTheWay, restoring } from "../deployment/killing.ts";
import { busy, lull, purge, type QuietWorld, quietWorld, writesLate } from "../deployment/quiet-world.ts";
import { tablesOf, untilCommitted } from "../deployment/ruined-world.ts";

const STEP_MS = 90_000;
const COMMIT_LIMIT_MS = 20_000;
const SILENT = { report: () => undefined };

/** One ledger without a backup: each test goes on where the one before ended. */
describe("a ledger at which nobody ever paused", { timeout: STEP_MS }, () => {
  let quiet: QuietWorld;
  let before: readonly string[];
  /** What had committed by the first lull. */
  let committed: number;
  /** The last one before each lull. */
  let lastSeconds: readonly [number, number];
  let atSecond: number;
  let point: string;
  const stateOf = async (run: string) => (await quiet.open.catalog.runs.get(run)).record.state;
  const lease = async () => (await quiet.open.catalog.lease(DEPLOYMENT))?.holder;
  const planned = (wanted: Partial<WantedSearch> = {}) =>
    planSearch(quiet.open, { nearest: atSecond, direction: "before", ...wanted });
  const searched = async (wanted: Partial<WantedSearch> = {}) => {
    const { id } = await planned(wanted);
    return (await runRestore(quiet.open, id, SILENT)) as SearchResult;
  };
  const planOf = (id: string, mode: "side-by-side" | "in-place") =>
    planRestore(quiet.open, { choice: { kind: "id", id }, mode });
  const inLull = (second: number, lastSecond: number) => second > lastSecond && second < lastSecond + 5;

  beforeAll(async () => {
    quiet = await quietWorld("quiet way");
    before = await tablesOf(quiet.world);
    const first = await busy(quiet);
    committed = await countTransactions(quiet.world.client, quiet.world.names);
    await lull(quiet);
    const second = await busy(quiet);
    await lull(quiet, writesLate(quiet));
    lastSeconds = [first, second];
    atSecond = Math.floor(quiet.world.now() / 1000);
  }, STEP_MS);

  afterAll(async () => quiet[Symbol.asyncDispose]());

  test("is searched while it is at work, and the lulls are found, the nearest first", async () => {
    const { open, world } = quiet;
    const load = world.startLoad(2);
    await untilCommitted(load, 10);
    const found = await searched();
    await load.stop();
    point = found.point;
    const [first, second] = found.candidates.map((each) => each.atSecond);
    expect(inLull(first ?? 0, lastSeconds[1])).toBe(true);
    expect(inLull(second ?? 0, lastSeconds[0])).toBe(true);
    expect(await tablesOf(world)).toEqual(before);
    const { record } = await open.catalog.points.get(point);
    expect(record).toMatchObject({ basis: "quiet", artifact: "complete", quiet: { guardMs: 252 } });
    expect(record.quiet?.candidates).toEqual(found.candidates);
    expect(record.databases.map((database) => database.atSecond)).toEqual([first]);
    expect(await lease()).toBeUndefined();
  });

  test("is searched by processes that are killed, and again, and the same is found", async () => {
    const { open, world } = quiet;
    const { id } = await planned();
    for (let kill = 0; kill < 4; kill++) await killOnTheWay(quiet, id, 3);
    if ((await stateOf(id)) !== "done") expect(await once(restoring(quiet, id), "exit")).toEqual([0, null]);
    const { record } = await open.catalog.runs.get(id);
    const candidates = (await open.catalog.points.get(point)).record.quiet?.candidates;
    expect((record.result as SearchResult).candidates).toEqual(candidates);
    expect(record.point).not.toBe(point);
    expect(await tablesOf(world)).toEqual(before);
  });

  test("is left as it was by a search that is abandoned on the way", async () => {
    const { open, world } = quiet;
    const { id } = await planned();
    const interruption = new AbortController();
    const report = (event: RestoreEvent) => {
      if (event.kind === "table" && event.stage === "copied") interruption.abort();
    };
    const end = runRestore(open, id, { report, signal: interruption.signal }).then(() => "done", codeOf);
    expect(await end).toBe("INTERRUPTED");
    expect((await tablesOf(world)).length).toBe(before.length + 1);
    expect(await lease()).toMatchObject({ run: id });
    expect(await abandonRestore(open, id, SILENT)).toEqual({ kind: "search", tables: 1 });
    expect(await tablesOf(world)).toEqual(before);
    expect(await lease()).toBeUndefined();
  });

  test("is restored side by side to the second lull, since the first is not proven, and nothing of that stays", async () => {
    const { open, world, balance } = quiet;
    const { id, plan } = await planOf(point, "side-by-side");
    const told = plan.text.consequences.join("\n");
    expect(told).toContain("Nobody paused");
    expect(dynamodbPlanOf({ plan }).candidates?.length).toBeGreaterThan(1);
    const events: RestoreEvent[] = [];
    const result = (await runRestore(open, id, { report: (event) => events.push(event) })) as DynamodbResult;
    expect(result.copies.proof.kind).toBe("proven");
    const refused = events.flatMap((event) => (event.kind === "not-quiet" ? [event] : []));
    expect(refused).toEqual([
      expect.objectContaining({ reason: expect.stringContaining("it was written late") }),
    ]);
    const physical = new Map(result.copies.checked.tables.map((table) => [table.table, table.physical]));
    const copies = await world.totals((name) => physical.get(name) ?? name);
    expect(copies).toMatchObject({ balance, transactions: committed });
    expect((await tablesOf(world)).length).toBe(before.length + physical.size);
    const { record } = await open.catalog.points.get(point);
    expect(inLull(record.quiet?.provenSecond ?? 0, lastSeconds[0])).toBe(true);
    await abandonRestore(open, id, SILENT);
    expect(await tablesOf(world)).toEqual(before);
  });

  test("has no quiet second while it is at work, and the search leaves nothing, not even a lease", async () => {
    const { open, world } = quiet;
    const load = world.startLoad(4);
    await untilCommitted(load, 20);
    const nearest = Math.floor(world.now() / 1000);
    await untilCommitted(load, 80);
    while (Math.floor(world.now() / 1000) < nearest + 2) await untilCommitted(load, load.calls().length + 1);
    const { id } = await planned({ nearest, direction: "after" });
    const failure = await runRestore(open, id, SILENT).catch((error: Error) => error);
    await load.stop();
    expect(codeOf(failure)).toBe("NO_QUIET_SECOND");
    expect(await stateOf(id)).toBe("abandoned");
    expect(await lease()).toBeUndefined();
    expect(await tablesOf(world)).toEqual(before);
  });

  test("finds a lull after a time, and the latest one, too", async () => {
    const { world } = quiet;
    const after = await searched({ nearest: lastSeconds[0] - 1, direction: "after" });
    expect(inLull(after.candidates[0]?.atSecond ?? 0, lastSeconds[0])).toBe(true);
    await lull(quiet);
    const latest = await searched({ nearest: "latest" });
    expect(latest.candidates[0]?.atSecond).toBeGreaterThan(Math.floor(world.now() / 1000) - 10);
  });

  test("is not searched near a time that its tables do not reach, and all that is said", async () => {
    const ahead = Math.floor(quiet.world.now() / 1000) + 1_000;
    for (const nearest of [ahead, 1_000])
      await expect(planned({ nearest })).rejects.toMatchObject({
        code: "PLAN_REFUSED",
        message: expect.stringMatching(/table "prod_scalar.asset" can be restored from/),
      });
    await expect(planned({ nearest: "latest", direction: "after" })).rejects.toThrow("nothing lies after");
  });

  test("is not restored to a second that only a clean-up has made quiet", async () => {
    const { open, world } = quiet;
    await lull(quiet);
    const fromMs = world.now();
    const lastSecond = await busy(quiet);
    expect(await purge(quiet, fromMs)).toBeGreaterThan(20);
    await lull(quiet);
    const nearest = Math.ceil(fromMs / 1000);
    const found = await searched({ nearest, direction: "after" });
    expect(found).toMatchObject({ commits: 0, candidates: [expect.anything()] });
    // As if it had no better one of the stretch: the coordinator of today says that nothing committed there.
    await open.catalog.points.update(found.point, (record) => {
      const candidates = [{ atSecond: lastSecond, marginMs: 0 }];
      return { ...record, quiet: { search: record.id, guardMs: 252, candidates } };
    });
    const { id } = await planOf(found.point, "side-by-side");
    const failure = await runRestore(open, id, SILENT).catch((error: Error) => error);
    expect(codeOf(failure)).toBe("NO_QUIET_SECOND");
    expect(await stateOf(id)).toBe("abandoned");
    expect(await lease()).toBeUndefined();
    expect(await tablesOf(world)).toEqual(before);
  });

  test("is restored in place by processes that are killed, and commits again", async () => {
    const { open, world, balance } = quiet;
    await world.ruin();
    await world.stopInstances();
    await open.catalog.points.update(point, (record) => {
      const { search, guardMs, candidates } = record.quiet ?? { search: "", guardMs: 0, candidates: [] };
      return { ...record, quiet: { search, guardMs, candidates } };
    });
    const { id } = await planOf(point, "in-place");
    for (let kill = 0; kill < 8; kill++) await killOnTheWay(quiet, id, 20);
    if ((await stateOf(id)) !== "done") expect(await once(restoring(quiet, id), "exit")).toEqual([0, null]);
    const result = (await open.catalog.runs.get(id)).record.result as DynamodbResult;
    expect(result.copies.proof.kind).toBe("proven");
    expect(result.backups).toHaveLength(before.length - 1);
    expect(await tablesOf(world)).toEqual(before);
    expect(await world.totals()).toMatchObject({ balance, transactions: committed });
    await world.restartInstances();
    const load = world.startLoad(2);
    const count = () => countTransactions(world.client, world.names);
    await expect.poll(count, { timeout: COMMIT_LIMIT_MS }).toBeGreaterThan(committed);
    await load.stop();
    expect((await world.totals()).balance).toBe(balance);
  });
});
