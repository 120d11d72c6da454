import { afterAll, beforeAll, expect, test } from "vitest";
import { type ScalardbWorld, startScalardbWorld } from "../../../rehearsal/scalardb-world.ts";
import { quietSeconds } from "../../../shared/verify/quiet-seconds.ts";
import { COMMITTED } from "../../../shared/verify/transaction-row.ts";
import { type Journal, seededRandom } from "../../verify/journal-replay.ts";
import { truthOf } from "../../verify/journal-truth.ts";
import { bankOf } from "../applications.ts";
import { journalOf, judgeCopies } from "../copies.ts";
import { countAtLast, PREFIX, runDeadly } from "../deadly-run.ts";
import { disasterUnderLoad, restoreNearest } from "../no-pause.ts";

const ACCOUNTS = 10;
const CLIENTS = 6;
const RUN = { seconds: 60, clients: CLIENTS, transfersPerSecond: 4 };
const DEATHS = [
  { atSecond: 8, committed: true },
  { atSecond: 25, committed: false },
  { atSecond: 42, committed: true },
];
const COPIES = 300;
const ROUNDS = 3;
/** All on one machine, so on one clock. */
const CLOCKS = { scalarClockBoundMs: 2, databaseSkewMs: 250, transactionLifeMs: 60_000 };
const TEST_MS = 240_000;

let world: ScalardbWorld;

beforeAll(async () => {
  world = await startScalardbWorld({ seed: "no-pause", instances: 2, assets: ACCOUNTS });
});
afterAll(() => world?.close());

function commitsOf({ histories }: Journal): readonly number[] {
  return histories.flatMap(({ table, versions }) => {
    const item = versions.at(-1)?.item;
    const isCommit = table === `${PREFIX}coordinator.state` && Number(item?.["tx_state"]?.N) === COMMITTED;
    return isCommit ? [Number(item?.["tx_created_at"]?.N)] : [];
  });
}

test("copies of real servers that died under load: no quiet second is broken, and none that is broken is proven", {
  timeout: TEST_MS,
}, async () => {
  const bank = bankOf(world);
  const run = await runDeadly(world, bank, { ...RUN, deaths: DEATHS, seed: "copies" });
  expect(await countAtLast(world, bank)).toMatchObject({ total: world.scalardb.bank.total });
  const tables = [...bank.tables, `${PREFIX}coordinator.state`, `${PREFIX}scalardb.metadata`];
  const journal = journalOf(world.dynamodb, PREFIX, tables);
  const copying = { journal, truth: truthOf(journal), clocks: CLOCKS, random: seededRandom(5) };
  const seconds = { from: Math.ceil(run.fromMs / 1000), to: Math.floor(run.toMs / 1000) };
  const asked = { fromSecond: seconds.from, toSecond: seconds.to, nearestSecond: seconds.to, guardMs: 252 };
  const { candidates, commits } = quietSeconds(asked, commitsOf(journal));
  const spanSeconds = seconds.to - seconds.from;
  const any = Array.from({ length: COPIES }, () => seconds.from + copying.random() * spanSeconds);
  const quiet = Array.from(
    { length: COPIES },
    (_, index) => candidates[index % candidates.length]?.atSecond ?? 0,
  );
  const [raw, chosen] = [await judgeCopies(copying, any), await judgeCopies(copying, quiet)];
  console.log(
    `${commits} commits in ${spanSeconds} s, ${run.inDoubt} rows in doubt after the deaths; ${candidates.length} stretches of quiet seconds; any second ${JSON.stringify(raw)}; quiet seconds ${JSON.stringify(chosen)}`,
  );
  expect(raw.broken).toBeGreaterThan(0);
  expect(raw).toMatchObject({ brokenProven: 0, wholeDisproven: 0 });
  expect(chosen).toMatchObject({ broken: 0, wholeDisproven: 0 });
});

test.for(Array.from({ length: ROUNDS }, (_, round) => round))(
  "a bank on real servers is restored to a quiet second once more, round %i",
  { timeout: TEST_MS },
  async (round) => {
    const { bank } = world.scalardb;
    const start = () => world.startLoad(CLIENTS);
    const { struckMs } = await disasterUnderLoad(world, start);
    const second = await restoreNearest(world, struckMs);
    expect(second * 1000).toBeLessThan(struckMs);
    await world.restartInstances();
    const count = await countAtLast(world, bankOf(world));
    console.log(`Round ${round}: ${struckMs - second * 1000} ms before the disaster`);
    expect(count).toMatchObject({ accounts: ACCOUNTS, total: bank.total });
  },
);
