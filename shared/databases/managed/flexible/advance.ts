import { isGivenUp, lookAt } from "../../../azure/arm/operation.ts";
import type { Begun } from "../../../azure/arm/resource.ts";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { PlannedServer } from "../../../restore/managed/plan.ts";
import type { FlexibleConnection } from "./connection.ts";
import { isReady, readServer } from "./found.ts";
import { requireOurs } from "./start.ts";

/** States in which nothing goes on by itself. */
const OVER = new Set(["Disabled", "Dropping", "Inaccessible", "Stopped"]);

/**
 * One look at a server that is being restored. The operation tells why a restore failed, where it is known and still
 * answers: a run whose first answer was lost goes by the server alone.
 */
export async function advance(
  connection: FlexibleConnection,
  { target }: PlannedServer,
  run: string,
  started: Begun,
): Promise<boolean> {
  const { status = "", message = "it does not say why" } = await lookAt(connection, started);
  if (isGivenUp(status)) throw givenUp(target, status, message);
  const found = await readServer(connection, target);
  // MySQL's may not be seen before they are made, and for a while afterwards.
  if (found === undefined && status === "") throw givenUp(target, "nothing is there", message);
  if (found === undefined) return false;
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
