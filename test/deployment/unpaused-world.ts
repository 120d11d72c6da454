import { setTimeout as delay } from "node:timers/promises";
import { DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Pace } from "../../rehearsal/dynamodb/pace.ts";
import { ACCOUNT, COORDINATOR_STATE } from "../../rehearsal/ledger/ledger-tables.ts";
import { assetIds } from "../../rehearsal/ledger/open-ledger.ts";
import { storedColumns } from "../../rehearsal/ledger/table.ts";
import { scan } from "../../rehearsal/ledger/totals.ts";
import type { Transfer } from "../../rehearsal/ledger/transfer.ts";
import { numberOf } from "../../rehearsal/ledger/value.ts";
import { type LocalWorld, type LocalWorldOptions, startLocalWorld } from "../../rehearsal/local-world.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { COMMITTED } from "../../shared/verify/transaction-row.ts";
import { openWorld } from "./ruined-world.ts";

const ASSETS = 12;
export const IDS = assetIds(ASSETS);
const CLIENTS = 4;
const LOOK_MS = 10;
/** Less than the bound on the clocks of these worlds. */
const BUSY_MS = 200;

/** One transfer that a client has sent, and what it was answered. */
export interface Sent {
  readonly transfer: Transfer;
  readonly answeredMs: number;
  readonly status: number;
}

export interface UnpausedWorld extends AsyncDisposable {
  readonly world: LocalWorld;
  readonly open: OpenDeployment;
  /** Before anybody moved money. */
  readonly balance: number;
  /** What was sent so far, in the order of the answers. */
  readonly sent: Sent[];
}

/** Whether ScalarDB's metadata lists the table whose records change in place: without it, all is a ledger's. */
export async function listMutable({ client, names }: LocalWorld, isListed: boolean): Promise<void> {
  const TableName = names("scalardb.metadata");
  const Item = {
    table: { S: names("app.account") },
    partitionKey: { L: [{ S: "id" }] },
    columns: { M: columnsOf(ACCOUNT) },
  };
  if (isListed) await client.send(new PutItemCommand({ TableName, Item }));
  else await client.send(new DeleteItemCommand({ TableName, Key: { table: Item.table } }));
}

function columnsOf(table: typeof ACCOUNT) {
  return Object.fromEntries(Object.entries(storedColumns(table)).map(([name, type]) => [name, { S: type }]));
}

/** A ledger that nobody ever backs up; with no records that change in place, unless write sets are logged. */
export async function unpausedWorld(
  seed: string,
  pace: Partial<Pace> = {},
  options: Pick<LocalWorldOptions, "instances" | "logsWriteSets" | "pause"> = {},
): Promise<UnpausedWorld> {
  const world = await startLocalWorld({
    seed,
    assets: ASSETS,
    instances: 2,
    ...options,
    dynamodb: { pace: { latestDelayMs: 300, restoreLeastMs: 50, restoreMostMs: 300, ...pace } },
  });
  const open = openWorld(world.config);
  const close = async () => {
    open.close();
    await world.close();
  };
  try {
    if (!options.logsWriteSets) await listMutable(world, false);
    const { balance } = await world.totals();
    return { world, open, balance, sent: [], [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Sends a transfer to one of the instances; 0 where nobody answers. */
export async function send({ world, sent }: UnpausedWorld, transfer: Transfer, turn = 0): Promise<number> {
  const { instances } = world.instances;
  const { clientUrl } = instances[turn % instances.length] ?? { clientUrl: "" };
  const body = JSON.stringify(transfer);
  const status = await fetch(`${clientUrl}/transfer`, { method: "POST", body }).then(
    (answer) => answer.status,
    () => 0,
  );
  sent.push({ transfer, answeredMs: world.now(), status });
  return status;
}

/** Clients that move money between assets alone, while the work lasts. */
export async function underLoad<T>(
  unpaused: UnpausedWorld,
  name: string,
  work: () => Promise<T>,
  ids: readonly string[] = IDS,
): Promise<T> {
  let isOver = false;
  const client = async (number: number) => {
    for (let turn = 0; !isOver; turn++) {
      const status = await send(unpaused, transferOf(`${name}-${number}-${turn}`, ids, number, turn), turn);
      if (status === 0) await delay(LOOK_MS);
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
  try {
    return await work();
  } finally {
    isOver = true;
    await clients;
  }
}

/** Neighbours of the clients meet, so that transactions need each other's records. */
function transferOf(nonce: string, ids: readonly string[], client: number, turn: number): Transfer {
  const at = (place: number) => ids[place % ids.length] ?? "";
  const first = client * 3 + turn;
  const moves = [
    { id: at(first), delta: -(1 + (turn % 7)) },
    { id: at(first + 1 + (turn % 3)), delta: 1 + (turn % 7) },
  ];
  return { nonce, moves, mirror: { kind: "none" } };
}

/**
 * A whole second that has passed while clients were at work, at whose end they committed something: before it, which is
 * too young to be kept at the next second, and after it, of which only a later coordinator knows.
 */
export async function busySecond({ world, sent }: UnpausedWorld, commits = 40): Promise<number> {
  const count = sent.length;
  const begun = Math.floor(world.now() / 1000);
  for (;;) {
    const end = Math.floor(world.now() / 1000);
    await until(() => world.now() >= end * 1000 + BUSY_MS);
    if (end >= begun + 4 && sent.length >= count + commits && (await isBusyAround(world, end * 1000)))
      return end - 1;
    await until(() => world.now() >= (end + 1) * 1000);
  }
}

async function isBusyAround({ client, names }: LocalWorld, ms: number): Promise<boolean> {
  const committedMs: number[] = [];
  for await (const row of scan(client, names(COORDINATOR_STATE.name), "tx_state, tx_created_at"))
    if (numberOf(row, "tx_state") === COMMITTED) committedMs.push(numberOf(row, "tx_created_at"));
  return [ms - BUSY_MS, ms].every((from) => committedMs.some((at) => at >= from && at < from + BUSY_MS));
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(LOOK_MS);
}
