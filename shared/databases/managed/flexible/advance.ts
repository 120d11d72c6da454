import { isGivenUp, lookAt } from "../../../azure/arm/operation.ts";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { PlannedServer } from "../../../restore/managed/plan.ts";
import type { FlexibleConnection } from "./connection.ts";
import { isReady, readServer } from "./found.ts";
import { requireOurs, restoring, start } from "./start.ts";

/** States in which nothing goes on by itself. */
const OVER = new Set(["Disabled", "Dropping", "Inaccessible", "Stopped"]);

/**
 * One look at a server that is being restored. The operation tells why a restore failed, where this process has begun
 * it; another one begins it again where nothing is there, and is told then.
 */
export async function advance(
  connection: FlexibleConnection,
  server: PlannedServer,
  run: string,
): Promise<boolean> {
  const { target } = server;
  const begun = connection.begun.get(restoring(target));
  const { status = "", message = "it does not say why" } = await lookAt(connection, begun ?? {});
  if (isGivenUp(status)) throw givenUp(target, status, message);
  const found = await readServer(connection, target);
  if (found === undefined) {
    // MySQL's may not be seen for a while after it was made.
    if (begun === undefined) await start(connection, server, run);
    return false;
  }
  requireOurs(found, run);
  const { state = "" } = found.properties ?? {};
  if (OVER.has(state)) throw givenUp(target, state, message);
  return isReady(found);
}

function givenUp(name: string, status: string, message: string): StillpointError {
  return new StillpointError(
    "DATABASE_REFUSED",
    `the service gave up restoring server "${name}" (${status}): ${message}. The original was not touched; abandon the run to delete what there is of "${name}"`,
  );
}
