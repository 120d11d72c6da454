import type * as z from "zod";
import { Heartbeat, Lease, PauseRecord, Request, RestorePoint, Run, SettledPage } from "./model.ts";
import type { Collection } from "./store.ts";

/** What a record of each collection looks like. */
export const MODELS = {
  leases: Lease,
  pauses: PauseRecord,
  points: RestorePoint,
  runs: Run,
  sweeps: Heartbeat,
  requests: Request,
  settlements: SettledPage,
} as const satisfies Record<Collection, z.ZodType>;
