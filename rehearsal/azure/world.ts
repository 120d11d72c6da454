import { setTimeout as delay } from "node:timers/promises";
import type { Background } from "../dynamodb/background.ts";
import type { DatabaseClock } from "../dynamodb/clock.ts";
import type { Authority } from "./authority.ts";
import type { Identity } from "./identity.ts";
import type { ManagerFaults } from "./manager-faults.ts";
import type { LongRunning } from "./progress.ts";
import type { Answer, Call, Wire } from "./wire.ts";

/** What an imitation of Azure Resource Manager shares, whatever it manages. */
export interface AzureWorld {
  readonly clock: DatabaseClock;
  readonly subscription: string;
  readonly authority: Authority;
  readonly identity: Identity;
  readonly faults: ManagerFaults;
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

export type Operation<W> = (world: W, call: ManagedCall) => Answer | Promise<Answer>;

/** Keyed by method and path below the provider: `GET databaseAccounts/:account`. */
export type Routes<W> = { readonly [route: string]: Operation<W> };

/** Waits on the machine's clock; ends early, with an error, when the imitation is closed. */
export function wait({ background }: AzureWorld, ms: number): Promise<void> {
  return delay(ms, undefined, { signal: background.signal });
}
