import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { PlannedServer } from "../../../restore/managed/plan.ts";
import type { RdsConnection } from "./connection.ts";
import { type Found, isOfRun, type Kind, plain, read, tagList } from "./found.ts";
import { attempt, isTaken, isUnanswered } from "./refusal.ts";
import { CLUSTER_SETTINGS } from "./settings/cluster.ts";
import { INSTANCE_SETTINGS } from "./settings/instance.ts";
import { passed } from "./settings/setting.ts";
import { patientlyRead } from "./status.ts";

/**
 * Begins the restore with everything passed that can be. There is no client token, but a server that carries the run's
 * tag is one that an earlier try of this step has begun.
 */
export async function start(connection: RdsConnection, server: PlannedServer, run: string): Promise<void> {
  if (await isThere(connection, server, run)) return;
  const { original, target } = server;
  const source = await sourceOf(connection, server);
  await attempt(`restore "${source}" as`, target, async () => {
    try {
      if (original.service === "aurora") await startCluster(connection, server, source, run);
      else await startInstance(connection, server, source, run);
    } catch (error) {
      if (!isTaken(error) && !isUnanswered(error)) throw error;
      // It may be under way: the service lists late what it has begun.
      const made = await patientlyRead(connection, original.service as Kind, target);
      if (made === undefined) throw error;
      requireOurs(made, run);
    }
  });
}

async function isThere(
  connection: RdsConnection,
  { original, target }: PlannedServer,
  run: string,
): Promise<boolean> {
  const found = await read(connection, original.service as Kind, { name: target });
  if (found === undefined) return false;
  requireOurs(found, run);
  return true;
}

export function requireOurs(found: Found, run: string): void {
  const one = plain(found);
  if (isOfRun(one, run)) return;
  throw new StillpointError(
    "PLAN_OUTDATED",
    `the name "${one.name}" is taken: a server has it that run "${run}" has not made`,
  );
}

/** By its resource id: whatever has the original's name today may be another one. */
async function sourceOf(connection: RdsConnection, { original }: PlannedServer): Promise<string> {
  const { service, resourceId, server } = original;
  const found = await read(connection, service as Kind, { resourceId });
  if (found !== undefined) return plain(found).name;
  throw new StillpointError(
    "PLAN_OUTDATED",
    `server "${server}" (${resourceId}) is not there any more; nothing was made of it`,
  );
}

async function startInstance(
  { rdsOnce }: RdsConnection,
  { original, target, atSecond }: PlannedServer,
  source: string,
  run: string,
): Promise<void> {
  const [{ RestoreDBInstanceToPointInTimeCommand }, client] = await Promise.all([
    import("@aws-sdk/client-rds"),
    rdsOnce(),
  ]);
  const input = {
    ...passed(INSTANCE_SETTINGS, original.settings),
    SourceDBInstanceIdentifier: source,
    TargetDBInstanceIdentifier: target,
    RestoreTime: new Date(atSecond * 1000),
    Tags: tagList(original.tags, run),
  };
  await client.send(new RestoreDBInstanceToPointInTimeCommand(input));
}

async function startCluster(
  { rdsOnce }: RdsConnection,
  { original, target, atSecond }: PlannedServer,
  source: string,
  run: string,
): Promise<void> {
  const [{ RestoreDBClusterToPointInTimeCommand }, client] = await Promise.all([
    import("@aws-sdk/client-rds"),
    rdsOnce(),
  ]);
  const input = {
    ...passed(CLUSTER_SETTINGS, original.settings),
    SourceDBClusterIdentifier: source,
    DBClusterIdentifier: target,
    RestoreType: "full-copy",
    RestoreToTime: new Date(atSecond * 1000),
    Tags: tagList(original.tags, run),
  };
  await client.send(new RestoreDBClusterToPointInTimeCommand(input));
}
