import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Deed, Failures } from "./item-table.ts";
import type { Patience } from "./patience.ts";

/** Whatever the service says to a question becomes `CATALOG_UNREADABLE` with the table. */
export async function asking<T>(failures: Failures, deed: Deed, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    throw reported(failures, deed, error, "nothing was changed");
  }
}

/** As `asking`, for a write: says whether it may have been done. */
export async function writing<T>(
  failures: Failures,
  deed: Deed,
  patience: Patience,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const state = patience.unheard ? "nobody knows whether it was written" : "nothing was written";
    throw reported(failures, deed, error, state);
  }
}

function reported(failures: Failures, deed: Deed, error: unknown, state: string): unknown {
  return error instanceof StillpointError ? error : failures.report(error, deed, state);
}

export function unreadable(
  { where }: Pick<Failures, "where">,
  deed: Deed,
  reason: string,
  cause?: unknown,
): StillpointError {
  const message = `cannot ${deed.action} ${deed.subject} in ${where}: ${reason}`;
  return new StillpointError("CATALOG_UNREADABLE", message, cause === undefined ? {} : { cause });
}

export function damaged(
  { where }: Pick<Failures, "where">,
  subject: string,
  reason: string,
): StillpointError {
  const message = `cannot read ${subject} in ${where}: ${reason}; it was left as it is`;
  return new StillpointError("CATALOG_DAMAGED", message);
}
