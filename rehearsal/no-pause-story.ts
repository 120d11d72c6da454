import { setTimeout as delay } from "node:timers/promises";
import type { RestorePoint } from "../shared/catalog/model.ts";
import { expectedAt } from "./expected.ts";
import type { Call } from "./ledger/clients.ts";
import { stallOf } from "./ledger/stall.ts";
import type { Totals } from "./ledger/totals.ts";
import type { LocalWorld } from "./local-world.ts";
import { DEPLOYMENT } from "./rehearsal-world.ts";
import { checkServedOnce, type Resubmitted, sendAgain } from "./resubmission.ts";
import {
  type Audience,
  catalogOf,
  checkRestored,
  disaster,
  failed,
  lastRun,
  run,
  seconds,
  type Telling,
  tell,
} from "./telling.ts";
import { tornCopy } from "./torn-copy.ts";

/** As servers keep their clocks that ask a good time server: more honest than the one clock of this machine. */
export const SCALAR_CLOCK_BOUND = "100ms";

const CLIENTS = 4;
const TRANSFERS_PER_SECOND = 40;
/** A lull has to have a whole second in it, the guard on both sides, and wherever in a second it begins. */
const LULLS = { workMs: 4_000, restMs: 3_500 };
const UNTIL_SECOND_SPELL_MS = LULLS.workMs + LULLS.restMs;
const INTO_SECOND_SPELL_MS = 3_500;
const BUSY_MS = 5_000;
const AFTERWARDS_MS = 1_500;
const SECOND_MS = 1_000;
/** Until the tables can be restored to a second, in this small world. */
const COVERED_MS = 4_000;

type Told = Telling<LocalWorld>;

/** How one restore went, by what the clients themselves know. */
interface Loss {
  /** Of what they had seen committed. */
  readonly transactions: number;
  /** From the instant up to which everything is there to the disaster. */
  readonly spanMs: number;
}

/** Two disasters, with no backup and no pause before either: a quiet second for the first, settling for the second. */
export async function tellNoPauseStory(world: LocalWorld, audience: Audience): Promise<void> {
  const told: Told = { world, ...audience };
  const opening = await world.totals();
  const quiet = await quietPart(told, opening);
  await world.restartInstances();
  const settled = await settlingPart(told);
  await goOn(told);
  await verdict(told, opening, { quiet, settled });
}

async function quietPart(told: Told, opening: Totals): Promise<Loss> {
  const { world, say, signal } = told;
  say(
    `\n1. ${CLIENTS} clients move money between ${opening.assets} assets; all balances together are ${opening.balance}. Nobody takes a`,
  );
  say("   backup, and nobody is ever paused. Like people, the clients rest now and then, by themselves.");
  const load = world.startLoad(CLIENTS, TRANSFERS_PER_SECOND, { lulls: LULLS });
  await delay(UNTIL_SECOND_SPELL_MS + INTO_SECOND_SPELL_MS, undefined, { signal }).finally(load.stop);
  const calls = await load.stop();
  const plain = await world.plainCopies();
  say(`   ${await tell(world)}`);

  say("\n2. Disaster, with the clients in the middle of their work: a clean-up script, the wrong database.");
  const struckMs = world.now();
  await disaster(told);

  say("\n3. What can be had of it? First, what a plain restore to a second just before it would give.");
  for (const line of await tornCopy(plain, world.words, opening)) say(`   ${line}`);

  say("\n4. What a disaster costs at present, by what Stillpoint can see from outside.");
  await run(told, ["status"]);

  say("\n5. Back to the quiet second nearest to the disaster. The instances are stopped first.");
  say(
    `   ScalarDB's clocks are said to be within ${SCALAR_CLOCK_BOUND} of the database's (pause.scalarClockBound).`,
  );
  await world.stopInstances();
  // The last second that was over when the script struck: its damage is in no copy of that.
  const time = timeText(Math.floor(struckMs / SECOND_MS) - 1);
  await run(told, ["restore", "--nearest", time, "--confirm", DEPLOYMENT]);
  const second = provenSecondOf(await pointOf(world));
  return lossOf(told, {
    opening,
    calls,
    struckMs,
    keptUntilMs: second * SECOND_MS,
    what: "the quiet second",
  });
}

async function settlingPart(told: Told): Promise<Loss & { readonly again: Resubmitted }> {
  const { world, say, signal } = told;
  const opening = await world.totals();
  say("\n6. The ledger works on the restored tables, and now nobody rests.");
  const load = world.startLoad(CLIENTS, TRANSFERS_PER_SECOND);
  await delay(BUSY_MS, undefined, { signal }).catch(() => {});
  // In the middle of a second, so that a copy of that second has some of what was cut off.
  await delay(SECOND_MS * 1.5 - (world.now() % SECOND_MS), undefined, { signal }).catch(() => {});
  const struckMs = world.now();
  await world.instances.kill("SIGKILL");
  const calls = await load.stop();
  // The script strikes when the second is over: what it did is in no copy of it.
  await delay(SECOND_MS - (struckMs % SECOND_MS), undefined, { signal });

  say(
    "\n7. Disaster again: all instances die in the middle of their work, and the same script strikes afterwards.",
  );
  const { unknown } = stallOf(calls);
  say(`   ${unknown} calls have no answer: their clients do not know what became of them.`);
  await disaster(told);

  say(
    "\n8. Back to the very second at which the instances died: no quiet second is near. What is in the copies is",
  );
  say("   settled: cut back to the transactions that are provably complete.");
  const time = timeText(Math.floor(struckMs / SECOND_MS));
  await delay(Math.max(0, struckMs + COVERED_MS - world.now()), undefined, { signal });
  await run(told, ["restore", "--at", time, "--settle", "--confirm", DEPLOYMENT]);
  const { id } = await lastRun(world);
  const { settled } = await pointOf(world);
  if (settled === undefined) throw failed("the restore does not say what it kept");
  const { keptUntilMs } = settled;
  const loss = await lossOf(told, { opening, calls, struckMs, keptUntilMs, what: "what is kept" });

  say(
    "\n9. What was dropped has names. Each client asks the ledger about its last transfers, and sends again, with the",
  );
  say("   same nonce, what the ledger does not know.");
  await run(told, ["dropped", id]);
  await world.restartInstances();
  const again = await sendAgain(world, calls);
  await checkServedOnce(world);
  say(
    `   ${again.sent} were sent again and committed, each once; of ${again.known} of them the clients had been told before that they were.`,
  );
  return { ...loss, again };
}

interface Restored {
  readonly opening: Totals;
  readonly calls: readonly Call[];
  readonly struckMs: number;
  /** Everything that committed before is there. */
  readonly keptUntilMs: number;
  readonly what: string;
}

/** Counts what the restore has lost, and fails where it is not what the clients know. */
async function lossOf({ world, say }: Told, restored: Restored): Promise<Loss> {
  const { opening, calls, struckMs, keptUntilMs, what } = restored;
  const found = await world.totals();
  say(`   ${await tell(world)}`);
  checkRestored(
    world,
    opening,
    found,
    expectedAt(opening, calls, { earliestMs: keptUntilMs, latestMs: keptUntilMs, what }),
  );
  const { committed } = stallOf(calls);
  const transactions = Math.max(0, opening.transactions + committed - found.transactions);
  const spanMs = struckMs - keptUntilMs;
  say(
    `   Lost: ${transactions} of the ${committed} transfers of the clients, those of the last ${seconds(spanMs)}.`,
  );
  return { transactions, spanMs };
}

async function goOn(told: Told): Promise<void> {
  const { world, say, signal } = told;
  const load = world.startLoad(CLIENTS, TRANSFERS_PER_SECOND);
  await delay(AFTERWARDS_MS, undefined, { signal }).catch(() => {});
  const { committed } = stallOf(await load.stop());
  say(`\n10. The ledger works on the settled tables: ${committed} transfers committed. ${await tell(world)}`);
  if (committed === 0) throw failed("the settled ledger committed nothing");
  await run(told, ["verify", "--live"]);
}

/** The restore's. */
async function pointOf(world: LocalWorld): Promise<RestorePoint> {
  const { point } = await lastRun(world);
  const { record } = await catalogOf(world).points.get(point);
  return record;
}

function provenSecondOf({ id, quiet }: RestorePoint): number {
  if (quiet?.provenSecond !== undefined) return quiet.provenSecond;
  throw failed(`restore point "${id}" does not say which second was proven`);
}

function timeText(second: number): string {
  return new Date(second * SECOND_MS).toISOString().replace(".000Z", "Z");
}

interface Losses {
  readonly quiet: Loss;
  readonly settled: Loss & { readonly again: Resubmitted };
}

async function verdict(told: Told, opening: Totals, { quiet, settled }: Losses): Promise<void> {
  const { world, say } = told;
  const { assets, balance } = await world.totals();
  say(`\nVerdict: two disasters, no backup, no pause: held 0 s, nobody, ever.`);
  say(
    `         By a quiet second: ${quiet.transactions} transactions of the last ${seconds(quiet.spanMs)} lost, the copy proven whole.`,
  );
  say(
    `         By settling: ${settled.transactions} transactions of the last ${seconds(settled.spanMs)} lost; ${settled.again.sent} were sent again, each served once, and none is lost now.`,
  );
  say(
    `         Now ${assets} assets with ${balance} in all; expected ${opening.assets} assets and ${opening.balance}.`,
  );
  if (balance !== opening.balance || assets !== opening.assets)
    throw failed("the ledger is not the one that it was");
  say("         The ledger is whole.");
}
