import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dropped } from "../../functions/cli/commands/dropped.ts";
import { list } from "../../functions/cli/commands/list.ts";
import { show } from "../../functions/cli/commands/show.ts";
import { conclude, type Outcome } from "../../functions/cli/outcome.ts";
import type { Shell } from "../../functions/cli/shell.ts";
import { pointLines, pointTable } from "../../functions/cli/show/point.ts";
import { searchLines } from "../../functions/cli/show/search.ts";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import type { RestorePoint } from "../../shared/catalog/model.ts";
import { forgetSettled } from "../../shared/deployment/dynamodb/settled/forget-settled.ts";
import type { PlannedRun } from "../../shared/deployment/plan-restore.ts";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import type { DynamodbPlan } from "../../shared/restore/dynamodb/plan.ts";
import type { SearchPlan } from "../../shared/restore/search/plan.ts";
import type { Change, Dropped } from "../../shared/settle/change.ts";
import { pageId, type Settlement } from "../../shared/settle/settlement.ts";
import type { Entry } from "../../shared/workflow/journal-entry.ts";
import { aPoint, aRun } from "../catalog/examples.ts";
import { type Configured, configured } from "./stillpoint.ts";

const SECOND = Date.parse("2026-11-21T18:00:03Z") / 1000;
const KEPT_UNTIL = SECOND * 1000 - 1250;
const databases = [{ name: "main", kind: "dynamodb", atSecond: SECOND, captured: null }] as const;
const CANDIDATES = Array.from({ length: 7 }, (_, nth) => ({
  atSecond: SECOND - 60 * nth,
  marginMs: 5_000 - nth,
}));

const QUIET: RestorePoint = aPoint("payments-quiet-0a1b2c3d", {
  basis: "quiet",
  databases: [...databases],
  quiet: { search: "search-1", guardMs: 1250, candidates: CANDIDATES },
});
const SETTLED: RestorePoint = aPoint("payments-20261121-180003-settled", {
  basis: "settled",
  databases: [...databases],
  settled: { keptUntilMs: KEPT_UNTIL, boundMs: 1250 },
});
/** As functions take them. */
const BY_FUNCTIONS = aPoint("payments-by-functions", {
  takenFrom: "AWS Lambda in us-east-1",
  carriedUntilMs: 5,
  databases: [...databases],
});

const text = { steps: [], consequences: [] };
const searchPlan: SearchPlan = {
  kind: "search",
  mode: "side-by-side",
  deployment: "payments",
  run: "search-1",
  point: QUIET.id,
  asked: { fromSecond: SECOND - 86_400, toSecond: SECOND, nearestSecond: SECOND, guardMs: 1250 },
  direction: "before",
  coordinator: {
    database: "main",
    name: "coordinator.state",
    arn: "arn:coordinator",
    id: "id-1",
    temporary: "coordinator.state.stillpoint-search-1-later",
    atSecond: SECOND + 4,
  },
  databases: [],
  instances: [],
  discovery: "list",
};
const SEARCH = aRun("search-1", {
  kind: "search",
  point: QUIET.id,
  state: "done",
  plan: { restore: searchPlan, digest: "d", text },
  result: { kind: "search", mode: "side-by-side", point: QUIET.id, candidates: CANDIDATES, commits: 12 },
}) as PlannedRun;

const settledPlan: DynamodbPlan = {
  kind: "dynamodb",
  deployment: "payments",
  run: "restore-1",
  point: SETTLED.id,
  mode: "in-place",
  tables: [],
  proofs: [],
  instances: [],
  leftAlone: [],
  dyingPoints: [],
  settling: {
    keptUntilMs: KEPT_UNTIL,
    boundMs: 1250,
    isBoundDefault: true,
    restMs: 65_000,
    tables: [
      { name: "scalar.asset", how: "wholly" },
      { name: "app.account", how: "perhaps" },
      { name: "scalar.contract", how: "as-it-is" },
    ],
  },
};
const RESTORE = aRun("restore-1", {
  point: SETTLED.id,
  state: "running",
  plan: { restore: settledPlan, digest: "d", text },
}) as PlannedRun;

const SETTLEMENT: Settlement = { keptUntilMs: KEPT_UNTIL, pages: 2, changes: 2, dropped: 2, inDoubt: 1 };
const none = { count: 0, named: [] };
const LATE: Dropped = {
  transaction: "tx-late",
  committedMs: SECOND * 1000 + 417,
  why: "late",
  assets: { count: 23, named: ["default:acct-7/3"] },
  records: none,
};
const DEPENDENT: Dropped = {
  transaction: "tx-dependent",
  committedMs: KEPT_UNTIL - 1,
  why: "dependent",
  on: "default:acct-7/3",
  assets: { count: 1, named: ["default:acct-7/4"] },
  records: { count: 1, named: ["app.account:alice"] },
};
const IN_DOUBT: Dropped = {
  transaction: "tx-unknown",
  committedMs: null,
  why: "in-doubt",
  assets: none,
  records: none,
};
const CHANGE: Change = {
  kind: "remove",
  database: "main",
  table: "scalar.asset.stillpoint-restore-1",
  key: "k",
  found: { transaction: "tx-late", state: 3 },
};
const PAGES = [
  { changes: [CHANGE], dropped: [LATE, DEPENDENT] },
  { changes: [{ ...CHANGE, key: "l" }], dropped: [IN_DOUBT] },
] as const;

let world: Configured;
const catalog = () => catalogOver(fileStore(join(world.folder, "catalog")));
const decided = (answer: unknown, index = 0): [string, number, Omit<Entry, "by">] => [
  RESTORE.id,
  index,
  { position: `${index}`, kind: "settle-parts", effect: "e", outcome: { ok: true, answer } },
];

beforeAll(async () => {
  world = await configured();
  for (const point of [QUIET, SETTLED, BY_FUNCTIONS]) await catalog().points.create(point);
  for (const run of [SEARCH, RESTORE]) await catalog().runs.create(run);
});
afterAll(() => world[Symbol.asyncDispose]());

/** Somebody at a keyboard, or a program. */
async function printed(json: boolean, command: (shell: Shell) => Promise<Outcome>): Promise<string> {
  const lines: string[] = [];
  const shell: Shell = {
    json,
    config: world.config,
    env: {},
    interactive: false,
    live: false,
    watched: false,
    say: (line) => {
      if (!json) lines.push(line);
    },
    warn: (line) => lines.push(line),
    log: () => {},
    print: (line) => lines.push(line),
  };
  expect(conclude(shell, await command(shell))).toBe(0);
  return lines.join("\n");
}

async function printedJson(command: (shell: Shell) => Promise<Outcome>): Promise<unknown> {
  return JSON.parse(await printed(true, command));
}

test("points without a pause are listed with what they rest on, and no list calls them a window", async () => {
  const lines = pointTable([QUIET, SETTLED], (SECOND + 60) * 1000);
  expect(lines[1]).toMatch(/ {2}quiet +complete +- +5 s +0 \(list\)$/);
  expect(lines[2]).toMatch(/ {2}settled +complete +- +- +0 \(list\)$/);
  const shown = [...pointLines(QUIET), ...pointLines(SETTLED)].join("\n");
  expect(shown).not.toContain("window");
  const runs = await printed(false, (shell) => list(shell, undefined, { runs: true }));
  expect(runs).toMatch(/^search-1 +payments-quiet-0a1b2c3d +done/m);
});

test("a quiet point shows its guard, its candidates in their order, and which of them was proven", () => {
  const shown = pointLines(QUIET).join("\n");
  expect(shown).toContain("guard      1250 ms before and after");
  expect(shown).toMatch(/2026-11-21T18:00:03Z \(margin 5 s\),\s+2026-11-21T17:59:03Z \(margin 4\.9 s\)/);
  expect(shown).toContain("and 2 more");
  expect(shown).toContain("proven     not yet");
  const proven = {
    ...QUIET,
    quiet: { ...(QUIET.quiet as NonNullable<RestorePoint["quiet"]>), provenSecond: SECOND },
  };
  expect(pointLines(proven).join("\n")).toContain("proven     2026-11-21T18:00:03Z");
});

test("a settled point shows until when it is kept, by which bound, and what was dropped once it is", () => {
  const shown = pointLines(SETTLED).join("\n");
  expect(shown).toContain("kept until 2026-11-21T18:00:01.750Z, by a bound of 1250 ms");
  expect(shown).toContain("settled    not yet");
  const by = { run: "restore-1", dropped: 3, inDoubt: 1 };
  const done = pointLines({ ...SETTLED, settled: { keptUntilMs: KEPT_UNTIL, boundMs: 1250, by } }).join("\n");
  expect(done).toContain("by restore-1: 3 committed transactions dropped, 1 in doubt rolled back");
  expect(done).toContain("listed by  stillpoint dropped restore-1");
});

test("every point and run is printed as JSON, those of functions and those without a pause too", async () => {
  const listed = await printedJson((shell) => list(shell, undefined, { runs: true }));
  expect(listed).toMatchObject({
    points: [
      { id: SETTLED.id, basis: "settled", settled: SETTLED.settled },
      { id: BY_FUNCTIONS.id },
      { id: QUIET.id, basis: "quiet", quiet: QUIET.quiet },
    ],
    runs: [
      { id: "restore-1", kind: "restore" },
      { id: "search-1", kind: "search" },
    ],
  });
  expect(await printedJson((shell) => show(shell, QUIET.id))).toMatchObject({
    point: { quiet: QUIET.quiet },
  });
});

test("a search shows what it looks for and has found, and the next command", async () => {
  expect(searchLines(SEARCH).join("\n")).toContain(searchPlan.coordinator.temporary);
  const shown = await printed(false, (shell) => show(shell, "search-1"));
  expect(shown).toContain("a search: nothing is replaced");
  expect(shown).toMatch(/looks for +seconds without commits before 2026-11-21T18:00:03Z/);
  expect(shown).toContain(`found 7 quiet seconds of payments: restore point ${QUIET.id} (search-1)`);
  expect(shown).toContain("Nothing is restored yet");
  expect(shown).toMatch(new RegExp(`^  stillpoint -c \\S+ plan payments --point ${QUIET.id}$`, "m"));
  expect(await printedJson((shell) => show(shell, "search-1"))).toMatchObject({
    run: {
      kind: "search",
      plan: {
        search: { ...searchPlan.asked, direction: "before" },
        command: "stillpoint restore --plan search-1",
      },
      result: { kind: "search", candidates: CANDIDATES, commits: 12 },
    },
  });
});

test("the plan of a settled restore shows what becomes of each table, and whose bound it is", async () => {
  const shown = await printed(false, (shell) => show(shell, "restore-1"));
  expect(shown).toMatch(
    /kept until 2026-11-21T18:00:01\.750Z, by a bound of 1250 ms, which is the default: nobody/,
  );
  expect(shown).toMatch(/settled +scalar\.asset\n +perhaps +app\.account\n +as it is +scalar\.contract\n/);
  expect(await printedJson((shell) => show(shell, "restore-1"))).toMatchObject({
    run: { plan: { settling: settledPlan.settling } },
  });
});

test("what is dropped is listed once all of it is decided, and not a page earlier", async () => {
  const refusal = async (id: string) =>
    printed(false, (shell) => dropped(shell, id)).then(
      String,
      (error: Error) => `${codeOf(error)} ${error.message}`,
    );
  expect(await refusal("search-1")).toMatch(/^NOT_FOUND .*settles nothing/);
  const [first, second] = PAGES;
  const keep = (page: number, { changes, dropped: gone }: (typeof PAGES)[number]) =>
    catalog().settlements.put(pageId("restore-1", page), () => ({
      schema: 1,
      id: pageId("restore-1", page),
      deployment: "payments",
      run: "restore-1",
      changes: [...changes],
      dropped: [...gone],
    }));
  await keep(0, first);
  expect(await refusal("restore-1")).toMatch(/^NOT_FOUND .*"restore-1" \(running\) has not decided yet/);
  await catalog().journal.append(...decided(SETTLEMENT));
  expect(await refusal("restore-1")).toMatch(/^CATALOG_DAMAGED page 1 of 2/);
  await keep(1, second);
  const shown = await printed(false, (shell) => dropped(shell, "restore-1"));
  expect(shown).toContain("transactions dropped, 1 in doubt rolled back; its restore is running");
  expect(shown).toMatch(
    /2026-11-21T18:00:03\.417Z {2}tx-late\n +why +late.*\n +assets +default:acct-7\/3, and 22 others\n/,
  );
  expect(shown).toMatch(
    /tx-dependent\n +why +dependent: it needs default:acct-7\/3.*\n.*\n +records +app\.account:alice\n/,
  );
  expect(shown).toContain("not known to be committed  tx-unknown");
  expect(await printedJson((shell) => dropped(shell, "restore-1"))).toEqual({
    run: "restore-1",
    deployment: "payments",
    point: SETTLED.id,
    settlement: SETTLEMENT,
    dropped: [LATE, DEPENDENT, IN_DOUBT],
    changes: [CHANGE, { ...CHANGE, key: "l" }],
  });
  await catalog().runs.update("restore-1", (run) => ({ ...run, state: "abandoned" }));
  await forgetSettled(catalog(), "restore-1");
  expect(await refusal("restore-1")).toMatch(
    /^NOT_FOUND run "restore-1" is abandoned: the copies .* are gone/,
  );
});
