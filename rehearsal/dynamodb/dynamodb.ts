import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { messageOf, StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { ScaledFigure } from "../scaled-figure.ts";
import { adoptTables } from "./adoption.ts";
import { AutoScaling } from "./auto-scaling.ts";
import { Backend } from "./backend.ts";
import { Background } from "./background.ts";
import { DatabaseClock } from "./clock.ts";
import { startDynalite } from "./embedded-dynalite.ts";
import { Faults, type Throttling } from "./faults.ts";
import { carryOut, listen } from "./front.ts";
import { ItemLocks } from "./item-locks.ts";
import type { Item } from "./items.ts";
import type { JournalEntry } from "./journal.ts";
import { type Pace, REHEARSAL_PACE, scaledFigures } from "./pace.ts";
import { itemsInSecond } from "./point-in-time-restore.ts";
import { findTable } from "./table-life.ts";
import { Tables } from "./tables.ts";
import { TransactionTokens } from "./transaction-tokens.ts";
import type { Wire, WireAnswer } from "./wire.ts";
import type { World } from "./world.ts";

export interface RehearsalDynamodbOptions {
  /** Default: any free port of the loopback address. */
  readonly port?: number;
  /** URL of a DynamoDB endpoint that holds the items; default: an embedded dynalite. */
  readonly backend?: string;
  /** What differs from `REHEARSAL_PACE`; `REAL_PACE` is the other end. */
  readonly pace?: Partial<Pace>;
  /** The database's clock is this far ahead of the machine's. */
  readonly clockOffsetMs?: number;
  /** Decides at which instant of a second each item is cut, and whatever else is left to chance. */
  readonly seed?: string;
  readonly region?: string;
  readonly accountId?: string;
  /** Restores that may be under way at a time; the real service allows 50. */
  readonly restoresMax?: number;
  /** States kept per table before the oldest half is forgotten. */
  readonly journalStatesMax?: number;
  /** Operations that are refused for lack of permission, such as `DeleteTable`. */
  readonly deny?: readonly string[];
  readonly throttling?: Throttling;
}

const DEFAULTS = {
  port: 0,
  clockOffsetMs: 0,
  seed: "rehearsal",
  region: "us-east-1",
  accountId: "000000000000",
  restoresMax: 50,
  journalStatesMax: 500_000,
  deny: [],
} as const satisfies RehearsalDynamodbOptions;

/** Which moment: the instant itself, or a whole second with each item cut somewhere inside it, as a restore does. */
export type Moment = { readonly instantMs: number } | { readonly second: number };

export interface RehearsalDynamodb {
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  /** What is quicker here than in the cloud, for telling people. */
  readonly scaled: readonly ScaledFigure[];
  readonly faults: Pick<Faults, "deny" | "expireCredentials" | "throttle" | "loseAnswers">;
  /** ms since the epoch on the database's own clock. */
  now(): number;
  setClockOffset(offsetMs: number): void;
  /** Every state that every item of the table's present incarnation has had, in order. */
  journalOf(table: string): readonly JournalEntry<Item>[];
  itemsAt(table: string, moment: Moment): readonly Item[];
  /** Carries out a DynamoDB operation as if it had happened at a given time. */
  carryOut(operation: string, input: Wire, atMs?: number): Promise<WireAnswer>;
  /** Makes the table's point-in-time recovery begin at an earlier time. */
  backdate(table: string, atMs: number): void;
  close(): Promise<void>;
}

/** A DynamoDB with point-in-time recovery and backups, in memory, on the loopback address. */
export async function startDynamodb(options: RehearsalDynamodbOptions = {}): Promise<RehearsalDynamodb> {
  const settings: Settings = { ...DEFAULTS, ...options };
  const embedded = options.backend === undefined ? await startDynalite() : undefined;
  const backend = new Backend(embedded?.url ?? String(options.backend));
  const closeBackend = async () => {
    await backend.close();
    await embedded?.close();
  };
  try {
    return await startFront(backend, settings, closeBackend);
  } catch (error) {
    await closeBackend();
    throw new StillpointError("DATABASE_UNREACHABLE", whyNotStarted(settings, error), { cause: error });
  }
}

function whyNotStarted({ backend, port }: Settings, error: unknown): string {
  const where = `on port "${port}" over ${backend === undefined ? "an embedded dynalite" : `"${backend}"`}`;
  return `Cannot start the rehearsal's DynamoDB ${where}: ${messageOf(error)}. Nothing was started; nothing was changed`;
}

async function startFront(
  backend: Backend,
  settings: Settings,
  closeBackend: () => Promise<void>,
): Promise<RehearsalDynamodb> {
  const world = await makeWorld(backend, settings);
  await adoptTables(world);
  const faults = new Faults(settings.seed, settings.deny, settings.throttling);
  const server = await listen(world, faults, settings.port);
  const { port } = server.address() as AddressInfo;
  return {
    ...handleOf(world),
    endpoint: `http://127.0.0.1:${port}`,
    port,
    region: settings.region,
    scaled: scaledFigures(world.pace),
    faults,
    async close() {
      const closed = promisify(server.close.bind(server))();
      server.closeAllConnections();
      world.background.abort();
      await closeBackend();
      await closed;
      await world.background.ended();
    },
  };
}

type Settings = RehearsalDynamodbOptions & Required<Pick<RehearsalDynamodbOptions, keyof typeof DEFAULTS>>;

async function makeWorld(backend: Backend, settings: Settings): Promise<World> {
  const { seed, region, accountId, restoresMax, journalStatesMax } = settings;
  return {
    backend,
    backendTransacts: await backend.knows("TransactWriteItems"),
    clock: new DatabaseClock(settings.clockOffsetMs),
    pace: { ...REHEARSAL_PACE, ...settings.pace },
    seed,
    region,
    accountId,
    restoresMax,
    journalStatesMax,
    tables: new Tables(region, accountId),
    locks: new ItemLocks(),
    backups: new Map(),
    autoScaling: new AutoScaling(),
    mappings: new Map(),
    alarms: new Map(),
    transactionTokens: new TransactionTokens(),
    background: new Background("DynamoDB"),
  };
}

function handleOf(world: World) {
  return {
    now: () => world.clock.now(),
    setClockOffset: (offsetMs: number) => world.clock.setOffset(offsetMs),
    journalOf: (table: string) => findTable(world, table).journal.entries(),
    itemsAt(name: string, moment: Moment) {
      const table = findTable(world, name);
      if ("second" in moment) return itemsInSecond(world, table, moment.second * 1000);
      return table.journal.snapshot(() => moment.instantMs);
    },
    carryOut: (operation: string, input: Wire, atMs?: number) =>
      carryOut(world, { service: "DynamoDB_20120810", operation, input }, () => {}, atMs),
    backdate(name: string, atMs: number) {
      const table = findTable(world, name);
      table.createdAtMs = Math.min(table.createdAtMs, atMs);
      table.pointInTimeRecovery = { kind: "on", enabledAtMs: atMs, recoveryPeriodDays: 35, lostUntilMs: 0 };
    },
  };
}
