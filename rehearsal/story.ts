import { setTimeout as delay } from "node:timers/promises";
import { catalogOver } from "../shared/catalog/catalog.ts";
import type { RestorePoint } from "../shared/catalog/model.ts";
import { openStore } from "../shared/catalog/open-store.ts";
import { loadConfig } from "../shared/config/load-config.ts";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { ERRORS } from "../shared/errors/table.ts";
import { stillpoint } from "./command.ts";
import type { Call, Load } from "./ledger/clients.ts";
import { stallOf } from "./ledger/stall.ts";
import type { Totals } from "./ledger/totals.ts";
import { DEPLOYMENT, type RehearsalWorld } from "./rehearsal-world.ts";
import { tornSecond } from "./torn-second.ts";

type Say = (line: string) => void;

const CLIENTS = 4;
const TRANSFERS_PER_SECOND = 40;
const BEFORE_BACKUP_MS = 2_500;
const AFTER_BACKUP_MS = 3_000;
const AFTER_RESTORE_MS = 1_500;

/** Load, backup, more load, disaster, plan, restore, verification, load again: each step with the real command. */
export async function tellStory(world: RehearsalWorld, say: Say): Promise<void> {
  const opening = await world.totals();
  say(
    `\n1. ${CLIENTS} clients move money between ${opening.assets} ${world.words.things}; all balances together are ${opening.balance}.`,
  );
  const { point, underLoad, calls } = await work(world, say);
  say(`   ${await tell(world)}`);

  say("\n4. Disaster: somebody runs a clean-up script against the wrong database.");
  await disaster(world, say);

  say("\n5. Without a restore point: what a plain restore to some second under load would give.");
  for (const line of await tornSecond(world, underLoad, opening)) say(`   ${line}`);

  say("\n6. Plan, stop the instances, restore to the middle of the pause, start afresh.");
  await expectStatus(await stillpoint(world.config, ["plan", "--point", point.id], say), 0);
  await world.stopInstances();
  const plan = (await catalogOf(world).runs.list()).records.at(-1)?.id ?? "";
  const restore = ["restore", "--plan", plan, "--confirm", DEPLOYMENT];
  await expectStatus(await stillpoint(world.config, restore, say), 0);
  const restored = await world.totals();
  await world.restartInstances();
  await commitAgain(world, say);
  await expectStatus(await stillpoint(world.config, ["status"], say), 0);
  verdict(world, { opening, restored, expected: expected(opening, calls, point) }, say);
}

async function disaster(world: RehearsalWorld, say: Say): Promise<void> {
  const { done, showsInRows } = await world.ruin();
  say(`   ${done}`);
  say(`   ${await tell(world)}`);
  const status = await stillpoint(world.config, ["verify", "--live"], say);
  await expectStatus(status, showsInRows ? ERRORS.VERIFICATION_FAILED.exit : 0);
  if (!showsInRows)
    say("   No row shows by itself that somebody changed it: tables without hashes have nothing that could.");
}

/** Clients at work, a backup among them, and a second under load afterwards. */
async function work(world: RehearsalWorld, say: Say) {
  const load = world.startLoad(CLIENTS, TRANSFERS_PER_SECOND);
  try {
    const point = await backUnderLoad(world, load, say);
    say("\n3. The clients go on: this work will be lost.");
    await delay(AFTER_BACKUP_MS);
    const underLoad = Math.floor(world.dynamodb.now() / 1000) - 2;
    return { point, underLoad, calls: await load.stop() };
  } finally {
    await load.stop();
  }
}

async function backUnderLoad(world: RehearsalWorld, load: Load, say: Say): Promise<RestorePoint> {
  await delay(BEFORE_BACKUP_MS);
  say("\n2. A backup in the middle of it.");
  const fromMs = Date.now();
  await expectStatus(await stillpoint(world.config, ["backup"], say), 0);
  const [point] = (await catalogOf(world).points.list()).records;
  if (point === undefined) throw failed("the backup recorded no restore point");
  await delay(500);
  const { p99Ms, maxMs, refused } = stallOf(load.calls(), fromMs, Date.now());
  say(
    `   Held for ${seconds(point.heldMs ?? 0)}; the clients' slowest call took ${seconds(maxMs)} (p99 ${seconds(p99Ms)}), ${refused} gave up.`,
  );
  return point;
}

function catalogOf(world: RehearsalWorld) {
  return catalogOver(openStore(loadConfig(world.config, {}).catalog));
}

async function commitAgain(world: RehearsalWorld, say: Say): Promise<void> {
  const load = world.startLoad(CLIENTS, TRANSFERS_PER_SECOND);
  await delay(AFTER_RESTORE_MS);
  const { committed } = stallOf(await load.stop());
  say(
    `\n7. The ${world.words.service} works on the restored tables: ${committed} transfers committed. ${await tell(world)}`,
  );
  if (committed === 0) throw failed(`the restored ${world.words.service} committed nothing`);
}

interface Expected {
  readonly committed: number;
  /** Their clients lost the answer: committed or not. */
  readonly unknown: number;
}

/**
 * What the clients themselves know to have been committed before the pause, which was drained. Nothing commits
 * inside the window, so an answer that a busy client noted there is of before it.
 */
function expected(opening: Totals, calls: readonly Call[], { window }: RestorePoint): Expected {
  const before = calls.filter(({ answeredMs }) => answeredMs <= (window?.endMs ?? 0));
  const count = (result: Call["result"]) => before.filter((call) => call.result === result).length;
  return { committed: opening.transactions + count("committed"), unknown: count("unknown") };
}

interface Compared {
  readonly opening: Totals;
  readonly restored: Totals;
  readonly expected: Expected;
}

function verdict(
  { words: { service, things } }: RehearsalWorld,
  { opening, restored, expected: { committed, unknown } }: Compared,
  say: Say,
): void {
  say(
    `\nVerdict: restored ${restored.assets} ${things} with ${restored.balance} in all and ${restored.transactions} transactions;`,
  );
  const lost = unknown === 0 ? "" : ` (and at most ${unknown} whose answer was lost)`;
  say(
    `         expected ${opening.assets} ${things}, ${opening.balance}, and the ${committed} transactions that the clients saw committed before the pause${lost}.`,
  );
  const beyond = restored.transactions - committed;
  if (
    restored.balance !== opening.balance ||
    restored.assets !== opening.assets ||
    beyond < 0 ||
    beyond > unknown
  )
    throw failed(`the restored ${service} is not the one that was backed up`);
  say(`         The ${service} is whole.`);
}

async function tell(world: RehearsalWorld): Promise<string> {
  const { assets, balance, transactions } = await world.totals();
  return `Now ${assets} ${world.words.things}, ${balance} in all, ${transactions} committed transactions.`;
}

async function expectStatus(found: number, wanted: number): Promise<void> {
  if (found !== wanted) throw failed(`the command ended with status ${found} instead of ${wanted}`);
}

function failed(message: string): StillpointError {
  return new StillpointError("REHEARSAL_FAILED", message);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
