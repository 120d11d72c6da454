import type { DBInstance } from "@aws-sdk/client-rds";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { PlannedServer } from "../../../restore/managed/plan.ts";
import type { Guard } from "../service.ts";
import type { RdsConnection } from "./connection.ts";
import { type Found, isOfRun, type Kind, type Plain, plain, plainInstance, read } from "./found.ts";
import { removeAlarms } from "./put-alarms-back.ts";
import { attempt, isBusy, unlessAbsent } from "./refusal.ts";
import { unsubscribe } from "./subscribe-again.ts";

/**
 * Takes a step towards the deletion of a server that the run has made, and of nothing else: it is read again right
 * before each call, so that a name alone never decides what is deleted. The instances of a cluster go first.
 */
export async function remove(
  connection: RdsConnection,
  server: PlannedServer,
  run: string,
  guard: Guard,
): Promise<boolean> {
  const { original, target } = server;
  const found = await read(connection, original.service as Kind, { name: target });
  if (found === undefined) {
    await removeAlarms(connection, server, run);
    await unsubscribe(connection, server);
    return true;
  }
  for (const one of everythingOf(found)) refuseAnother(one, server, run);
  if (plain(found).status === "deleting") return false;
  if (found.kind === "aurora" && found.instances.length > 0)
    for (const instance of found.instances) await removeInstance(connection, instance, guard);
  else if (isProtected(found)) await unprotect(connection, found, guard);
  else await removeServer(connection, found, guard);
  return false;
}

function everythingOf(found: Found): readonly Plain[] {
  return [plain(found), ...(found.kind === "aurora" ? found.instances.map(plainInstance) : [])];
}

function refuseAnother(one: Plain, { original }: PlannedServer, run: string): void {
  const why = [
    ...(isOfRun(one, run) ? [] : [`it does not carry the tag of run "${run}"`]),
    ...(one.name === original.server || one.resourceId === original.resourceId ? ["it is the original"] : []),
  ];
  if (why.length > 0)
    throw new StillpointError(
      "RESTORE_BLOCKED",
      `server "${one.name}" was not deleted: ${why.join(", and ")}. If it is to go, delete it yourself, then resume`,
    );
}

function isProtected(found: Found): boolean {
  return (found.kind === "rds" ? found.instance : found.cluster).DeletionProtection === true;
}

/** It has the original's protection since it was made. */
async function unprotect(connection: RdsConnection, found: Found, guard: Guard): Promise<void> {
  const sdk = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  const { name } = plain(found);
  const input = { DeletionProtection: false, ApplyImmediately: true };
  await guard();
  await calmly("lift the deletion protection of", name, () =>
    found.kind === "rds"
      ? client.send(new sdk.ModifyDBInstanceCommand({ ...input, DBInstanceIdentifier: name }))
      : client.send(new sdk.ModifyDBClusterCommand({ ...input, DBClusterIdentifier: name })),
  );
}

async function removeInstance(
  connection: RdsConnection,
  { DBInstanceIdentifier = "", DBInstanceStatus }: DBInstance,
  guard: Guard,
): Promise<void> {
  if (DBInstanceStatus === "deleting") return;
  const { DeleteDBInstanceCommand } = await import("@aws-sdk/client-rds");
  const client = await connection.rdsOnce();
  await guard();
  await calmly("delete instance", DBInstanceIdentifier, () =>
    client.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true })),
  );
}

async function removeServer(connection: RdsConnection, found: Found, guard: Guard): Promise<void> {
  const sdk = await import("@aws-sdk/client-rds");
  const client = await connection.rdsOnce();
  const { name } = plain(found);
  const input = { SkipFinalSnapshot: true, DeleteAutomatedBackups: true };
  await guard();
  await calmly("delete server", name, () =>
    found.kind === "rds"
      ? client.send(new sdk.DeleteDBInstanceCommand({ ...input, DBInstanceIdentifier: name }))
      : client.send(new sdk.DeleteDBClusterCommand({ ...input, DBClusterIdentifier: name })),
  );
}

/** Gone already is fine, and one that is at something else is deleted afterwards. */
async function calmly(action: string, name: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await attempt(action, name, () => unlessAbsent(call));
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}
