import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { PlannedServer } from "../../../restore/managed/plan.ts";
import type { RdsConnection } from "./connection.ts";
import { isOfRun, type Kind, type Plain, plain, plainInstance, read, readInstance } from "./found.ts";
import { attempt, isBusy, isUnanswered } from "./refusal.ts";
import { isSettled } from "./status.ts";

/** One name that is to change: first everything of the original steps aside, then the new server takes the names. */
interface Rename {
  readonly kind: Kind;
  readonly from: string;
  readonly to: string;
  /** Which server is meant: the original by its resource id, the restored one by the run's tag. */
  readonly isMeant: (seen: Plain) => boolean;
}

/** A step towards swapped names: at most one is changed at a time, and the next only once it is seen. */
export async function swap(connection: RdsConnection, server: PlannedServer, run: string): Promise<boolean> {
  for (const rename of renamesOf(server, run)) if (!(await isRenamed(connection, rename))) return false;
  return true;
}

function renamesOf({ original, target, kept, members }: PlannedServer, run: string): readonly Rename[] {
  const kind = original.service as Kind;
  const isOriginal = (id: string | undefined) => (seen: Plain) => seen.resourceId === id;
  const isRestored = (seen: Plain) => isOfRun(seen, run);
  const idOf = (name: string) => original.members.find((member) => member.name === name)?.resourceId;
  const aside = members.map(
    ({ name, kept: to }): Rename => ({ kind: "rds", from: name, to, isMeant: isOriginal(idOf(name)) }),
  );
  const taking = members.map(
    ({ target: from, name }): Rename => ({ kind: "rds", from, to: name, isMeant: isRestored }),
  );
  return [
    ...aside,
    { kind, from: original.server, to: kept, isMeant: isOriginal(original.resourceId) },
    ...taking,
    { kind, from: target, to: original.server, isMeant: isRestored },
  ];
}

async function look(connection: RdsConnection, kind: Kind, name: string): Promise<Plain | undefined> {
  if (kind === "rds") {
    const instance = await readInstance(connection, name);
    return instance && plainInstance(instance);
  }
  const found = await read(connection, kind, { name });
  return found && plain(found);
}

/** Begins the rename where it was not begun; true once what was meant has the new name, and is at rest. */
async function isRenamed(connection: RdsConnection, { kind, from, to, isMeant }: Rename): Promise<boolean> {
  const [there, left] = await Promise.all([look(connection, kind, to), look(connection, kind, from)]);
  if (there !== undefined && isMeant(there)) return isSettled(there.status);
  if (there !== undefined) throw blocked(from, to, `another server has the name "${to}"`);
  // Between the two names it is listed under neither for a while.
  if (left === undefined) return false;
  if (!isMeant(left)) throw blocked(from, to, `"${from}" is another server than the plan was made with`);
  if (isSettled(left.status)) await rename(connection, kind, from, to);
  return false;
}

function blocked(from: string, to: string, why: string): StillpointError {
  return new StillpointError(
    "RESTORE_BLOCKED",
    `"${from}" was not renamed to "${to}": ${why}. No server was deleted; set the names right by hand, then resume the run`,
  );
}

/** An answer that never came, or that something else is under way: the next look tells. */
async function rename(connection: RdsConnection, kind: Kind, from: string, to: string): Promise<void> {
  const sdk = await import("@aws-sdk/client-rds");
  const client = await connection.rdsOnce();
  const send =
    kind === "aurora"
      ? () =>
          client.send(
            new sdk.ModifyDBClusterCommand({
              DBClusterIdentifier: from,
              NewDBClusterIdentifier: to,
              ApplyImmediately: true,
            }),
          )
      : () =>
          client.send(
            new sdk.ModifyDBInstanceCommand({
              DBInstanceIdentifier: from,
              NewDBInstanceIdentifier: to,
              ApplyImmediately: true,
            }),
          );
  try {
    await attempt(`rename "${from}" to`, to, send as () => Promise<unknown>);
  } catch (error) {
    if (!isBusy(error) && !isUnanswered(error)) throw error;
  }
}
