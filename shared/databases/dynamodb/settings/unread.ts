import { StillpointError } from "../../../errors/stillpoint-error.ts";
import { isRefusal } from "../refusal.ts";

/**
 * What may not be read is named rather than skipped, and stops nobody. An endpoint that imitates the service may
 * not even know the call.
 */
const UNREADABLE = [
  "AccessDeniedException",
  "AccessDenied",
  "UnknownOperationException",
  "UnknownOperation",
] as const;

/** Reads a setting, or notes that it could not be looked at, and answers nothing. */
export async function readOrNote<T>(
  unread: string[],
  what: string,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const cause = error instanceof StillpointError ? error.cause : error;
    if (!isRefusal(cause, ...UNREADABLE)) throw error;
    unread.push(what);
    return undefined;
  }
}
