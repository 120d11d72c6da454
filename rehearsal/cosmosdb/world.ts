import { setTimeout as delay } from "node:timers/promises";
import type { Background } from "../dynamodb/background.ts";
import type { DatabaseClock } from "../dynamodb/clock.ts";
import type { Account } from "./account.ts";
import type { Authority } from "./authority.ts";
import type { Faults } from "./faults.ts";
import type { Identity } from "./identity.ts";
import type { LongRunning } from "./long-running.ts";
import type { Pace } from "./pace.ts";
import type { Answer, Call, Wire } from "./wire.ts";

/** Everything that the operations of the imitated service share. */
export interface World {
  readonly clock: DatabaseClock;
  readonly pace: Pace;
  readonly seed: string;
  readonly subscription: string;
  readonly journalStatesMax: number;
  readonly authority: Authority;
  readonly identity: Identity;
  readonly faults: Faults;
  /** Every account that there ever was, by its birth. */
  readonly accounts: Account[];
  readonly operations: LongRunning;
  /** What other providers keep, by its id in lower case. */
  readonly extensions: Map<string, Wire>;
  readonly background: Background;
}

/** One call of the management plane. The names are those that its route gives to parts of the path. */
export interface ManagedCall extends Call {
  readonly params: Readonly<Record<string, string>>;
  readonly wire: Wire;
}

export type Operation = (world: World, call: ManagedCall) => Answer | Promise<Answer>;

/** Keyed by method and path below the provider: `GET databaseAccounts/:account`. */
export type Routes = { readonly [route: string]: Operation };

/** Waits on the machine's clock; ends early, with an error, when the imitation is closed. */
export function wait(world: World, ms: number): Promise<void> {
  return delay(ms, undefined, { signal: world.background.signal });
}
