import { setTimeout as delay } from "node:timers/promises";
import type { AutoScaling } from "./auto-scaling.ts";
import type { Backend } from "./backend.ts";
import type { Background } from "./background.ts";
import type { Backup } from "./backup.ts";
import type { DatabaseClock } from "./clock.ts";
import type { Mapping } from "./event-source-mapping.ts";
import type { ItemLocks } from "./item-locks.ts";
import type { Pace } from "./pace.ts";
import type { Tables } from "./tables.ts";
import type { TransactionTokens } from "./transaction-tokens.ts";
import type { Wire } from "./wire.ts";

/** Everything that the operations of the imitated service share. */
export interface World {
  readonly backend: Backend;
  /** Whether the backend has transactions of its own. */
  readonly backendTransacts: boolean;
  readonly clock: DatabaseClock;
  readonly pace: Pace;
  readonly seed: string;
  readonly region: string;
  readonly accountId: string;
  readonly restoresMax: number;
  readonly journalStatesMax: number;
  readonly tables: Tables;
  readonly locks: ItemLocks;
  readonly backups: Map<string, Backup>;
  readonly autoScaling: AutoScaling;
  /** Event source mappings of Lambda by their id: they outlive the streams that they read. */
  readonly mappings: Map<string, Mapping>;
  /** Alarms of CloudWatch by their name: they know a table by its name alone. */
  readonly alarms: Map<string, Wire>;
  readonly transactionTokens: TransactionTokens;
  readonly background: Background;
}

/** One call of one operation. A replayed one happened at a recorded time, any other happens now. */
export interface Call {
  readonly operation: string;
  readonly atMs?: number;
}

/** Answers the body of the response, or throws a Refusal. Each operation names what it reads of its input. */
type Operation = (world: World, input: never, call: Call) => object | Promise<object>;

export type Operations = { readonly [operation: string]: Operation };

/** Waits on the machine's clock; ends early, with an error, when the database is closed. */
export function wait(world: World, ms: number): Promise<void> {
  return delay(ms, undefined, { signal: world.background.signal });
}
