import { attempt, isStatus, isUnanswered } from "../../../azure/arm/refusal.ts";
import { type Begun, beginOn, type Wire } from "../../../azure/arm/resource.ts";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { PlannedServer } from "../../../restore/managed/plan.ts";
import { RUN_TAG } from "../../../restore/managed/settings.ts";
import { type FlexibleConnection, serverId } from "./connection.ts";
import { type Found, readServer } from "./found.ts";
import { KINDS } from "./kind.ts";
import { identityBody, partOf } from "./settings.ts";

/** Taken, or being made: by an earlier try of this step, or by somebody else. */
const THERE = [400, 409, 412] as const;

/**
 * Begins the restore to a new server. There is no client token, but a server that carries the run's tag is one that an
 * earlier try of this step has begun.
 */
export async function start(
  connection: FlexibleConnection,
  server: PlannedServer,
  run: string,
): Promise<Begun> {
  const { target, original } = server;
  if (await isOurs(connection, target, run)) return {};
  return attempt(`restore "${original.server}" as`, target, async () => {
    try {
      const client = await connection.resourcesOnce();
      const call = { method: "PUT", body: restoreBody(connection, server, run) } as const;
      const { apiVersion } = KINDS[connection.address.kind];
      return await beginOn(connection, serverId(connection, target), apiVersion, call, client);
    } catch (error) {
      if (!isStatus(error, ...THERE) && !isUnanswered(error)) throw error;
      if (await isOurs(connection, target, run)) return {};
      throw error;
    }
  });
}

async function isOurs(connection: FlexibleConnection, name: string, run: string): Promise<boolean> {
  const found = await readServer(connection, name);
  if (found !== undefined) requireOurs(found, run);
  return found !== undefined;
}

export function requireOurs({ name, tags }: Found, run: string): void {
  if (tags?.[RUN_TAG] === run) return;
  throw new StillpointError(
    "PLAN_OUTDATED",
    `the name "${name}" is taken: a server has it that run "${run}" has not made. It was not touched`,
  );
}

/** What a restore takes; everything else is the source's, or is set afterwards. */
export function restoreBody(
  { address }: Pick<FlexibleConnection, "address">,
  { original, atSecond }: Pick<PlannedServer, "original" | "atSecond">,
  run: string,
): Wire {
  const { restoreTime } = KINDS[address.kind];
  const { settings, tags, place } = original;
  const { availabilityZone } = settings;
  const network = partOf(settings, "network");
  const key = partOf(settings, "dataEncryption");
  const identity = identityBody(settings);
  return {
    location: place["location"],
    tags: { ...tags, [RUN_TAG]: run },
    ...(identity !== undefined && { identity }),
    properties: {
      createMode: "PointInTimeRestore",
      sourceServerResourceId: serverId({ address }, original.server),
      [restoreTime]: wholeSecond(atSecond),
      ...(availabilityZone !== undefined && { availabilityZone }),
      ...(Object.keys(network).length > 0 && { network }),
      ...(key["primaryKeyURI"] !== undefined && { dataEncryption: key }),
    },
  };
}

/** The services promise nothing finer than a second, nor what they do with a fraction. */
function wholeSecond(second: number): string {
  if (Number.isSafeInteger(second) && second > 0) return new Date(second * 1000).toISOString();
  throw new StillpointError(
    "PLAN_OUTDATED",
    `a server is restored to a whole second, and the plan says ${second}`,
  );
}
