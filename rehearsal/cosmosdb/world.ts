import type { Routes as AzureRoutes, AzureWorld } from "../azure/world.ts";
import type { Account } from "./account.ts";
import type { Faults } from "./faults.ts";
import type { Pace } from "./pace.ts";

/** Everything that the operations of the imitated service share. */
export interface World extends AzureWorld {
  readonly pace: Pace;
  readonly seed: string;
  readonly journalStatesMax: number;
  readonly faults: Faults;
  /** Every account that there ever was, by its birth. */
  readonly accounts: Account[];
}

export type Routes = AzureRoutes<World>;
