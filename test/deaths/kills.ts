import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { Random } from "../../rehearsal/ledger/random.ts";
import type { PauseRecord } from "../../shared/catalog/model.ts";
import { guardsIn, isAlive } from "../cli/guards.ts";
import { until } from "../cli/until.ts";
import { openFrom, type TrueGate, wasQuiet } from "./true-gate.ts";
import { type Instances, ONE_SWEEP_MS, type World } from "./world.ts";

/** Clocks are read in whole ms, by us and by the backup. */
const READING_MS = 1;

const isShut = ({ gate }: TrueGate) => gate.checkPaused();
const hasOpened = ({ gate, moments }: TrueGate, sinceMs: number) =>
  !gate.checkPaused() && moments.some(({ kind, atMs }) => kind === "opened" && atMs >= sinceMs);

/** From when on a backup is killed, and at most how much later: dense where little time decides much. */
const MOMENTS = {
  "any time from its start": { reached: async () => true, withinMs: 4_000 },
  "its pause is recorded": {
    reached: async (_, { world }) => (await openRecord(world)) !== undefined,
    withinMs: 40,
  },
  "a gate has closed": { reached: async (gates) => gates.some(isShut), withinMs: 40 },
  "all gates are closed": { reached: async (gates) => gates.every(isShut), withinMs: 1_500 },
  "a gate is open again": {
    reached: async (gates, { sinceMs }) => gates.some((gate) => hasOpened(gate, sinceMs)),
    withinMs: 40,
  },
  "all gates are open again": {
    reached: async (gates, { sinceMs }) => gates.every((gate) => hasOpened(gate, sinceMs)),
    withinMs: 1_500,
  },
} as const satisfies Record<string, Moment>;
type Moment = {
  readonly reached: (
    gates: readonly TrueGate[],
    backup: { readonly sinceMs: number; readonly world: World },
  ) => Promise<boolean>;
  readonly withinMs: number;
};

export interface Death {
  readonly moment: keyof typeof MOMENTS;
  /** How long an instance was still closed afterwards, and how long after the deadline. */
  readonly shutMs: number;
  readonly overdueMs: number;
}

/** Kills one backup at a random moment, and waits until everything is as it must be without it. */
export async function killOnce(world: World, { gates }: Instances, random: Random): Promise<Death> {
  const names = Object.keys(MOMENTS) as (keyof typeof MOMENTS)[];
  const moment = names[random.below(names.length)] ?? "a gate has closed";
  const { reached, withinMs }: Moment = MOMENTS[moment];
  const sinceMs = Date.now();
  // A request that does not end: the drain of this instance fails, and opens its gate by itself.
  const stuck = random.below(5) === 0 ? gates[random.below(gates.length)] : undefined;
  await stuck?.gate.letIn();

  const backup = world.start("backup");
  const isOver = () => backup.child.exitCode !== null;
  await until(async () => isOver() || (await reached(gates, { sinceMs, world })));
  await delay(random.below(withinMs * 10) / 10);
  backup.child.kill("SIGKILL");
  await backup.ended;
  const diedMs = Date.now();
  const record = await openRecord(world);
  if (record === undefined) await expireLease(world);
  await until(() => !gates.some(isShut), { moment, gates });
  stuck?.gate.letOut();
  await until(async () => !(await guardsIn(world.catalog)).some(isAlive), { moment });

  expect(await openRecord(world)).toBeUndefined();
  await expectTrueWindows(world, gates);
  const opened = Math.max(...gates.map((gate) => openFrom(gate, diedMs)));
  const overdueMs = record ? opened - Math.max(diedMs, record.deadlineMs) : opened - diedMs;
  expect(overdueMs).toBeLessThanOrEqual(record ? ONE_SWEEP_MS : 0);
  return { moment, shutMs: opened - diedMs, overdueMs };
}

async function openRecord(world: World): Promise<PauseRecord | undefined> {
  return (await world.records()).find(({ state }) => state !== "closed");
}

/** A lease that nobody gives back ends two minutes later. This is those two minutes. */
async function expireLease({ catalog: { store } }: World): Promise<void> {
  const lease = await store.read("leases", "payments");
  const value = lease?.value as { holder?: unknown } | undefined;
  if (lease && value?.holder)
    await store.write("leases", "payments", { ...value, untilMs: Date.now() - 1 }, lease.version);
}

/** No restore point has a window in which a gate was open, or something was inside. */
export async function expectTrueWindows(world: World, gates: readonly TrueGate[]): Promise<void> {
  for (const { id, window } of (await world.catalog.points.list()).records) {
    if (window === undefined) throw new Error(`"${id}" has no window`);
    const quiet = gates.map((gate) => wasQuiet(gate, window.startMs + READING_MS, window.endMs - READING_MS));
    expect({ id, quiet }).toEqual({ id, quiet: gates.map(() => true) });
  }
}

/** Requests that come and go at every gate, until the answer is called. */
export function traffic({ gates }: Instances, random: Random): () => Promise<void> {
  const stopping = new AbortController();
  const clients = gates.map(async ({ gate }) => {
    while (!stopping.signal.aborted) {
      await gate.letIn();
      await delay(1 + random.below(40));
      gate.letOut();
      await delay(1 + random.below(10));
    }
  });
  return async () => {
    stopping.abort();
    await Promise.all(clients);
  };
}
