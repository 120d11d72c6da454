import { setTimeout as delay } from "node:timers/promises";
import { DeleteItemCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { keyAttributes } from "../../rehearsal/ledger/key-bytes.ts";
import { COORDINATOR_STATE } from "../../rehearsal/ledger/ledger-tables.ts";
import { text } from "../../rehearsal/ledger/value.ts";
import { type LocalWorld, startLocalWorld } from "../../rehearsal/local-world.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { openWorld, untilCommitted } from "./ruined-world.ts";

const CLIENTS = 4;
const COMMITS = 30;
/** As long as holds a whole second and its guard, wherever it begins. */
const LULL_MS = 3_200;
const LOOK_MS = 20;
const LATE_EVERY_MS = 250;
const COORDINATOR = `prod_${COORDINATOR_STATE.name}`;

export interface QuietWorld extends AsyncDisposable {
  readonly world: LocalWorld;
  readonly open: OpenDeployment;
  /** Before anybody moved money. */
  readonly balance: number;
}

/** A ledger that nobody ever backs up. */
export async function quietWorld(seed: string): Promise<QuietWorld> {
  const world = await startLocalWorld({
    seed,
    assets: 8,
    instances: 2,
    dynamodb: { pace: { latestDelayMs: 300, restoreLeastMs: 50, restoreMostMs: 200 } },
  });
  const open = openWorld(world.config);
  const close = async () => {
    open.close();
    await world.close();
  };
  const { balance } = await world.totals();
  return { world, open, balance, [Symbol.asyncDispose]: close };
}

/** Clients at work for a while; answers in which second the last one has ended. */
export async function busy({ world }: QuietWorld): Promise<number> {
  const load = world.startLoad(CLIENTS);
  await untilCommitted(load, COMMITS);
  await load.stop();
  return Math.floor(world.now() / 1000);
}

/** Nobody has anything to do. The seconds of it that are whole and have a guard of their own are quiet. */
export async function lull({ world }: QuietWorld, meanwhile = async () => {}): Promise<void> {
  const until = world.now() + LULL_MS;
  while (world.now() < until) {
    await meanwhile();
    await delay(LOOK_MS);
  }
}

/**
 * Writes, again and again in a lull, what says that a transaction had committed before it: whose coordinator row came
 * late, its records being on both sides of any second of it.
 */
export function writesLate({ world }: QuietWorld): () => Promise<void> {
  let [next, nth] = [0, 0];
  return async () => {
    if (world.now() < next) return;
    next = world.now() + LATE_EVERY_MS;
    const row = (await committed(world)).at(-1);
    const id = `late-${nth++}`;
    const Item = { ...row?.item, tx_id: { S: id }, ...keyAttributes(COORDINATOR_STATE, { tx_id: text(id) }) };
    await world.client.send(new PutItemCommand({ TableName: COORDINATOR, Item }));
  };
}

/** Removes what the coordinator says of commits from a time on, as a clean-up that is let loose too early. */
export async function purge({ world }: QuietWorld, fromMs: number): Promise<number> {
  const gone = (await committed(world)).filter(({ createdMs }) => createdMs >= fromMs);
  for (const { item } of gone) {
    const Key = keyAttributes(COORDINATOR_STATE, { tx_id: text(item["tx_id"]?.S ?? "") });
    await world.client.send(new DeleteItemCommand({ TableName: COORDINATOR, Key }));
  }
  return gone.length;
}

async function committed({ client }: LocalWorld) {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: COORDINATOR, ConsistentRead: true }));
  return Items.filter((item) => item["tx_state"]?.N === "3")
    .map((item) => ({ item, createdMs: Number(item["tx_created_at"]?.N) }))
    .sort((a, b) => a.createdMs - b.createdMs);
}
