import { codeOf } from "../../errors/stillpoint-error.ts";
import { deniedAction } from "./refusal.ts";

/** Reads something, or notes that it may not be looked at and for lack of which action, and answers nothing. */
export async function readOrNote<T>(
  unread: string[],
  what: string,
  action: string,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (codeOf(error) !== "DATABASE_DENIED") throw error;
    unread.push(`${what} (not allowed: ${deniedAction(error) ?? action})`);
    return undefined;
  }
}
