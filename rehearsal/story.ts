import { setTimeout as delay } from "node:timers/promises";
import { catalogOver } from "../shared/catalog/catalog.ts";
import type { RestorePoint, Run } from "../shared/catalog/model.ts";
import { openStore } from "../shared/catalog/open-store.ts";
import { loadConfig } from "../shared/config/load-config.ts";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { ERRORS } from "../shared/errors/table.ts";
import type { RestoreResult } from "../shared/restore/restore-plan.ts";
import { stillpoint } from "./command.ts";
import { BASES, type Expected, expected } from "./expected.ts";
import type { Load } from "./ledger/clients.ts";
import { stallOf } from "./ledger/stall.ts";
import type { Totals } from "./ledger/totals.ts";
import { DEPLOYMENT, type RehearsalWorld } from "./rehearsal-world.ts";
import { tornCopy } from "./torn-copy.ts";

/** Who is told, and who may interrupt. */
export interface Audience {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

interface Telling extends Audience {
  readonly world: RehearsalWorld;
}

const CLIENTS = 4;
const TRANSFERS_PER_SECOND = 40;
const BEFORE_BACKUP_MS = 2_500;
const AFTER_BACKUP_MS = 3_000;
const AFTER_RESTORE_MS = 1_500;
/** Until the calls that the pause held have been answered. */
const SETTLING_MS = 500;

/** Load, backup, more load, disaster, plan, restore, verification, load again: each step with the real command. */
export async function tellStory(world: RehearsalWorld, audience: Audience): Promise<void> {
  const { say } = audience;
  const telling: Telling = { world, ...audience };
  const opening = await world.totals();
  say(
    `\n1. ${CLIENTS} clients move money between ${opening.assets} ${world.words.things}; all balances together are ${opening.balance}.`,
  );
  const { point, plain, calls } = await work(telling);
  say(`   ${await tell(world)}`);

  say("\n4. Disaster: somebody runs a clean-up script against the wrong database.");
  await disaster(telling);

  const basis = BASES[point.basis];
  say(`\n5. Without a restore point: what ${PLAIN[plain.of]} would give.`);
  for (const line of await tornCopy(plain, world.words, opening)) say(`   ${line}`);

  say(`\n6. Plan, stop the instances, restore to ${basis}, start afresh.`);
  await run(telling, ["plan", "--point", point.id]);
  await world.stopInstances();
  await restore(telling);
  await followUp(telling);
  const restored = await world.totals();
  await world.restartInstances();
  await commitAgain(telling);
  await run(telling, ["status"]);
  verdict(telling, { opening, restored, expected: expected(opening, calls, point) });
}

const PLAIN = {
  second: "a plain restore to some second under load",
  "loop over the schemas": "a script that dumps one schema after the other under load",
  "loop over the keyspaces":
    "a script that takes nodetool snapshots of one keyspace after the other under load",
} as const;

/** Where people must lend a hand in the middle of it, they do when the command says so. */
async function restore(telling: Telling): Promise<void> {
  const { world, say } = telling;
  const args = ["restore", "--plan", (await lastRun(world)).id, "--confirm", DEPLOYMENT];
  const { nodesByHand } = world;
  if (nodesByHand === undefined) return run(telling, args);
  const tellAll = (done: readonly string[]) => done.forEach((line) => void say(`   ${line}`));
  say("");
  tellAll(await nodesByHand.clear());
  let started: Promise<void> | undefined;
  const listening = (line: string) => {
    say(line);
    if (nodesByHand.awaited.test(line)) started ??= nodesByHand.start().then(tellAll);
  };
  await run({ ...telling, say: listening }, args);
  await started;
}

/** What the end of the restore says is to be changed, changed. */
async function followUp({ world, say }: Telling): Promise<void> {
  const { result } = await lastRun(world);
  if (result === undefined) throw failed("the restore recorded no result");
  const done = await world.followUp(result as RestoreResult);
  if (done.length > 0) say("");
  for (const line of done) say(`   ${line}`);
}

async function lastRun(world: RehearsalWorld): Promise<Run> {
  const run = (await catalogOf(world).runs.list()).records.at(-1);
  if (run === undefined) throw failed("the plan was not recorded");
  return run;
}

/** Runs a command, which must end with the status that the story needs. */
async function run({ world, ...audience }: Telling, args: readonly string[], wanted = 0): Promise<void> {
  const status = await stillpoint(world, args, audience);
  if (status !== wanted) throw failed(`the command ended with status ${status} instead of ${wanted}`);
}

async function disaster(telling: Telling): Promise<void> {
  const { world, say } = telling;
  const { done, showsInRows } = await world.ruin();
  say(`   ${done}`);
  say(`   ${await tell(world)}`);
  await run(telling, ["verify", "--live"], showsInRows ? ERRORS.VERIFICATION_FAILED.exit : 0);
  if (showsInRows)
    say(
      `   What is missing shows too, a minute later: live ${world.words.tables} may still be at work on their last minute.`,
    );
  if (!showsInRows)
    say("   No row shows by itself that somebody changed it: tables without hashes have nothing that could.");
}

/** Clients at work, a backup among them, and afterwards what anybody can copy of a time under load. */
async function work(telling: Telling) {
  const { world, say, signal } = telling;
  const load = world.startLoad(CLIENTS, TRANSFERS_PER_SECOND);
  try {
    const point = await backUnderLoad(telling, load);
    say("\n3. The clients go on: this work will be lost.");
    await delay(AFTER_BACKUP_MS, undefined, { signal });
    const plain = await world.plainCopies();
    return { point, plain, calls: await load.stop() };
  } finally {
    await load.stop();
  }
}

async function backUnderLoad(telling: Telling, load: Load): Promise<RestorePoint> {
  const { world, say, signal } = telling;
  await delay(BEFORE_BACKUP_MS, undefined, { signal });
  say("\n2. A backup in the middle of it.");
  const fromMs = Date.now();
  await run(telling, ["backup"]);
  const [point] = (await catalogOf(world).points.list()).records;
  if (point === undefined) throw failed("the backup recorded no restore point");
  await delay(SETTLING_MS, undefined, { signal });
  const { p99Ms, maxMs, refused } = stallOf(load.calls(), fromMs, Date.now());
  const held = point.heldMs === undefined ? "Nobody was held" : `Held for ${seconds(point.heldMs)}`;
  say(
    `   ${held}; the clients' slowest call took ${seconds(maxMs)} (p99 ${seconds(p99Ms)}), ${refused} gave up.`,
  );
  if (point.artifact === "pending") await run(telling, ["follow", "--watch"]);
  return point;
}

function catalogOf(world: RehearsalWorld) {
  return catalogOver(openStore(loadConfig(world.config, {}).catalog, () => {}));
}

async function commitAgain({ world, say, signal }: Telling): Promise<void> {
  const load = world.startLoad(CLIENTS, TRANSFERS_PER_SECOND);
  await delay(AFTER_RESTORE_MS, undefined, { signal }).catch(() => undefined);
  const { committed } = stallOf(await load.stop());
  say(
    `\n7. The ${world.words.service} works on the restored ${world.words.restored}: ${committed} transfers committed. ${await tell(world)}`,
  );
  if (committed === 0) throw failed(`the restored ${world.words.service} committed nothing`);
}

interface Compared {
  readonly opening: Totals;
  readonly restored: Totals;
  readonly expected: Expected;
}

function verdict({ say, world: { words } }: Telling, { opening, restored, expected }: Compared): void {
  const { service, things } = words;
  const { atLeast, atMost, because } = expected;
  say(
    `\nVerdict: restored ${restored.assets} ${things} with ${restored.balance} in all and ${restored.transactions} transactions;`,
  );
  say(`         expected ${opening.assets} ${things}, ${opening.balance}, and ${because}.`);
  const isWhole = restored.balance === opening.balance && restored.assets === opening.assets;
  if (!isWhole || restored.transactions < atLeast || restored.transactions > atMost)
    throw failed(`the restored ${service} is not the one that was backed up`);
  say(`         The ${service} is whole.`);
}

async function tell(world: RehearsalWorld): Promise<string> {
  const { assets, balance, transactions } = await world.totals();
  return `Now ${assets} ${world.words.things}, ${balance} in all, ${transactions} committed transactions.`;
}

function failed(message: string): StillpointError {
  return new StillpointError("REHEARSAL_FAILED", message);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
