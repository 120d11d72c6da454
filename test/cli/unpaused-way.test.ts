import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ShowOutput } from "../../functions/cli/json/catalog.ts";
import { DroppedOutput } from "../../functions/cli/json/dropped.ts";
import { PlanOutput, RestoreOutput } from "../../functions/cli/json/run.ts";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { type GatedWorld, gatedWorld } from "./gated-world.ts";
import { start, stillpoint } from "./stillpoint.ts";
import { until } from "./until.ts";

const TEST_MS = 60_000;

/** A ledger that nobody has ever paused. The tests of this file tell one story, in order. */
let world: GatedWorld;
beforeAll(async () => {
  world = await gatedWorld({ deployment: { pause: { scalarClockBound: "100ms", rpcDeadline: "2s" } } });
}, 20_000);
afterAll(() => world[Symbol.asyncDispose]());

const typed = (...words: string[]) => stillpoint(["-c", world.config, ...words]);
const json = async (...words: string[]) => {
  const { stdout } = await typed(...words, "--json");
  return JSON.parse(stdout) as object;
};

test("plan searches for a quiet second, tells what it found, and plans its restore", {
  timeout: TEST_MS,
}, async () => {
  let told = "";
  // Until enough time has passed since the last commit for a second and the proof of it.
  await until(async () => {
    const { status, stdout } = await typed("plan", "--nearest", "latest");
    told = stdout;
    return status === 0;
  });
  expect(told).toMatch(/^search search-/m);
  expect(told).toContain("look for quiet seconds");
  expect(told).toMatch(/^found \d+ quiet seconds? of payments: restore point payments-quiet-/m);
  expect(told).toMatch(/^plan restore-/m);
  expect(told).toMatch(/to be tried +\d{4}-/);
  expect(told).toContain("--confirm payments");
});

test("restore does it all, and the point tells which second was proven", { timeout: TEST_MS }, async () => {
  const restored = RestoreOutput.parse(await json("restore", "--nearest", "latest", "--side-by-side"));
  expect(restored).toMatchObject({
    state: "done",
    result: { kind: "dynamodb", copies: { proof: { kind: "proven" } } },
  });
  const shown = ShowOutput.parse(await json("show", restored.point));
  const point = "point" in shown ? shown.point : undefined;
  expect(point?.basis).toBe("quiet");
  expect(point?.quiet?.candidates.map(({ atSecond }) => atSecond)).toContain(point?.quiet?.provenSecond);
  expect((await typed("list", "--runs")).stdout).toMatch(/^search-\S+ +payments-quiet-\S+ +done/m);
});

test("an interrupted search is resumed by its id, and says what to do with its point", {
  timeout: TEST_MS,
}, async () => {
  const run = start(["-c", world.config, "plan", "--nearest", "latest", "--json"]);
  const catalog = catalogOver(fileStore(join(world.folder, "catalog")));
  const searching = async () =>
    (await catalog.runs.list()).records.find(({ kind, state }) => kind === "search" && state === "running");
  await until(async () => (await searching()) !== undefined);
  const { id = "" } = (await searching()) ?? {};
  run.child.kill("SIGINT");
  const { status, stdout } = await run.ended;
  expect(status).toBe(ERRORS.INTERRUPTED.exit);
  const told = RestoreOutput.parse(JSON.parse(stdout));
  expect(told).toMatchObject({ run: id, mode: "side-by-side", error: { code: "INTERRUPTED" } });
  expect(told.error?.next).toMatch(new RegExp(`restore (resume|--plan) ${id}`));
  const resumed = await typed("restore", "resume", id);
  expect(resumed.stdout).toContain("Nothing is restored yet");
  expect(resumed.stdout).toContain(
    `stillpoint -c ${world.config} plan payments --point payments-quiet-${id.slice(-8)}`,
  );
  expect(resumed.status).toBe(0);
});

test("a second at which nobody paused is settled, and its list says what was dropped", {
  timeout: TEST_MS,
}, async () => {
  const { plan } = PlanOutput.parse(await json("plan", "--at", "latest", "--settle", "--side-by-side"));
  expect(plan.settling?.tables).toContainEqual({ name: "prod_scalar.asset", how: "wholly" });
  const restored = RestoreOutput.parse(await json("restore", "--plan", plan.run));
  expect(restored.error?.message).toBeUndefined();
  expect(restored).toMatchObject({ state: "done", result: { settled: { dropped: 0, inDoubt: 0 } } });
  expect(DroppedOutput.parse(await json("dropped", plan.run))).toMatchObject({
    point: plan.point,
    settlement: { keptUntilMs: plan.settling?.keptUntilMs },
    dropped: [],
  });
  const shown = (await typed("show", plan.point)).stdout;
  expect(shown).toContain(`listed by  stillpoint dropped ${plan.run}`);
  expect(shown).not.toContain("window");
});
