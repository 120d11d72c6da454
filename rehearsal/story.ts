import { setTimeout as delay } from "node:timers/promises";
import type { RestorePoint } from "../shared/catalog/model.ts";
import { BASES, type Expected, expected } from "./expected.ts";
import type { Load } from "./ledger/clients.ts";
import { stallOf } from "./ledger/stall.ts";
import type { Totals } from "./ledger/totals.ts";
import { DEPLOYMENT, type RehearsalWorld } from "./rehearsal-world.ts";
import {
  type Audience,
  catalogOf,
  checkRestored,
  disaster,
  failed,
  followUp,
  lastRun,
  run,
  seconds,
  type Telling,
  tell,
} from "./telling.ts";
import { tornCopy } from "./torn-copy.ts";

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

function verdict({ say, world }: Telling, { opening, restored, expected }: Compared): void {
  const { service, things } = world.words;
  const { because } = expected;
  say(
    `\nVerdict: restored ${restored.assets} ${things} with ${restored.balance} in all and ${restored.transactions} transactions;`,
  );
  say(`         expected ${opening.assets} ${things}, ${opening.balance}, and ${because}.`);
  checkRestored(world, opening, restored, expected);
  say(`         The ${service} is whole.`);
}
