import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Patience } from "./patience.ts";
import { describe, isFromService } from "./refusal.ts";
import { isOtherKey, otherShape } from "./shape.ts";
import { type CatalogAddress, whereOf } from "./table.ts";

/** What one operation does: `{ action: "read", subject: '"p-1" of "pauses"' }`. */
export interface Deed {
  readonly action: string;
  readonly subject: string;
}

/** Whatever the service says to a question becomes `CATALOG_UNREADABLE` with the table. */
export async function asking<T>(address: CatalogAddress, deed: Deed, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    throw reported(address, deed, error, "nothing was changed");
  }
}

/** As `asking`, for a write: says whether it may have been done. */
export async function writing<T>(
  address: CatalogAddress,
  deed: Deed,
  patience: Patience,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const state = patience.unheard ? "nobody knows whether it was written" : "nothing was written";
    throw reported(address, deed, error, state);
  }
}

function reported(address: CatalogAddress, deed: Deed, error: unknown, state: string): unknown {
  if (error instanceof StillpointError || !isFromService(error)) return error;
  if (isOtherKey(error)) return otherShape(address, state, undefined, error);
  return unreadable(address, deed, `${describe(error)}; ${state}`, error);
}

export function unreadable(
  address: CatalogAddress,
  deed: Deed,
  reason: string,
  cause?: unknown,
): StillpointError {
  const message = `cannot ${deed.action} ${deed.subject} in ${whereOf(address)}: ${reason}`;
  return new StillpointError("CATALOG_UNREADABLE", message, cause === undefined ? {} : { cause });
}

export function damaged(address: CatalogAddress, subject: string, reason: string): StillpointError {
  const message = `cannot read ${subject} in ${whereOf(address)}: ${reason}; it was left as it is`;
  return new StillpointError("CATALOG_DAMAGED", message);
}
