import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import type { LocalWorldOptions } from "./local-world.ts";
import type { RehearsalWorld } from "./rehearsal-world.ts";

/** A world with real ScalarDB Servers. */
export function startScalardbWorld(_options: LocalWorldOptions): Promise<RehearsalWorld> {
  return Promise.reject(new StillpointError("REHEARSAL_FAILED", "not yet"));
}
