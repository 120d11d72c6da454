import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";

/** Whatever the file system says to `attempt` becomes `CATALOG_UNREADABLE` with the path. */
export async function reporting<T>(action: string, path: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof StillpointError || !isFromFileSystem(error)) throw error;
    throw new StillpointError("CATALOG_UNREADABLE", `cannot ${action} "${path}": ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** System errors, and those of the lock, which SQLite takes for us. Anything else is a defect and stays one. */
function isFromFileSystem(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && (/^E[A-Z0-9]+$/.test(code) || code === "ERR_SQLITE_ERROR");
}
