import { messageOf } from "../errors/stillpoint-error.ts";
import { BY_COMMAND, backTo, recordedCost, type WayBack } from "../restore/way-back.ts";
import { dynamodbWaysBack, type Looking } from "./dynamodb/ways-back.ts";
import { inTime } from "./in-time.ts";
import type { OpenDeployment } from "./open-deployment.ts";

/** For the first answers. */
const LIMIT_MS = 5_000;

/**
 * What a disaster now would cost, by each way back. Never fails, and ends soon where a database does not answer: who
 * asks wants to know other things too.
 */
export async function waysBack(
  open: OpenDeployment,
  looking: Partial<Looking> = {},
): Promise<readonly WayBack[]> {
  const { lastPoint, limitMs = LIMIT_MS } = looking;
  const { databases } = open.settings;
  const recorded = (because?: string): WayBack => ({
    by: "last-point",
    ...recordedCost(lastPoint, open.clock.wallMs(), because),
  });
  if (databases.length === 0) return [recorded(lastPoint && BY_COMMAND)];
  if (databases.every(({ kind }) => kind === "dynamodb"))
    return dynamodbWaysBack(open, { ...looking, limitMs });
  return [recorded(), ...(await ownRecovery(open, limitMs))];
}

/** One server's own recovery is consistent at any second; that of several servers is not. */
async function ownRecovery(open: OpenDeployment, limitMs: number): Promise<readonly WayBack[]> {
  const [database, ...others] = open.settings.databases;
  if (database?.kind !== "managed" || others.length > 0) return [];
  const { server } = open.managed(database.name);
  const name = database.service.server;
  try {
    const reach = await inTime(limitMs, `looking at server "${name}"`, async () => {
      const found = await server.findNamed(name);
      return found && (await server.reach(found));
    });
    if (reach === undefined)
      return [
        { by: "own-recovery", kind: "impossible", because: [`the service keeps no history of "${name}"`] },
      ];
    return [{ by: "own-recovery", kind: "possible", ...backTo(reach.latestSecond, open.clock.wallMs()) }];
  } catch (error) {
    return [{ by: "own-recovery", kind: "unknown", because: messageOf(error) }];
  }
}
