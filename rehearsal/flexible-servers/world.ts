import type { Routes as AzureRoutes, AzureWorld } from "../azure/world.ts";
import type { Faults } from "./faults.ts";
import type { Pace } from "./pace.ts";
import type { FlexibleServer } from "./server.ts";

/** Everything that the operations of the imitated services share. */
export interface World extends AzureWorld {
  readonly pace: Pace;
  readonly faults: Faults;
  /** Every server that there ever was, by its birth. */
  readonly servers: FlexibleServer[];
  /** Where a server of this name is to be asked, where not under Azure's own domain. */
  readonly hostOf: ((name: string) => string) | undefined;
}

export type Routes = AzureRoutes<World>;
