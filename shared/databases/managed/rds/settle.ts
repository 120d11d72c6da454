import { setTimeout as delay } from "node:timers/promises";
import type { DBInstance } from "@aws-sdk/client-rds";
import type { PlannedServer } from "../../../restore/managed/plan.ts";
import { type Changing, changeTogether, newChanging } from "./changing.ts";
import type { RdsConnection } from "./connection.ts";
import { type Found, type Kind, plain } from "./found.ts";
import { putAlarmsBack } from "./put-alarms-back.ts";
import { putRolesBack } from "./put-roles-back.ts";
import { namesOf, type Outstanding, outstanding } from "./settings/outstanding.ts";
import { requireOurs } from "./start.ts";
import { areSettled, requireThere } from "./status.ts";
import { subscribeAgain } from "./subscribe-again.ts";

/** Looked for a change this often, waiting twice as long each time: half a minute in all. */
const LOOKS = 7;
const FIRST_WAIT_MS = 250;

interface Settled {
  readonly done: boolean;
  readonly refused: readonly string[];
}

/**
 * A step towards the settings that a restore could not pass. What is as wanted already is left alone; a change that the
 * service takes is waited for by the next step, and what it refuses for good is told.
 */
export async function settle(
  connection: RdsConnection,
  server: PlannedServer,
  run: string,
  firstWaitMs = FIRST_WAIT_MS,
): Promise<Settled> {
  const found = await requireThere(connection, server.original.service as Kind, server.target);
  requireOurs(found, run);
  const changing = newChanging();
  const { refused } = changing;
  if (!areSettled(found)) return { done: false, refused };
  const before = outstanding(server, found);
  await change(connection, changing, found, before);
  await putRolesBack(connection, changing, server, found);
  if (changing.underWay) {
    const standing = await standingStill(connection, { server, before, firstWaitMs });
    if (standing.length === 0) return { done: false, refused };
    changing.refuse(`taken by the service, without any effect that can be seen: ${standing.join(", ")}`);
  }
  if (await restart(connection, changing, found)) return { done: false, refused };
  // In place both go by the name, which the server gets in the end.
  if (!server.takesName) {
    await subscribeAgain(connection, changing, server);
    await putAlarmsBack(connection, changing, server, run);
  }
  return { done: true, refused };
}

async function change(
  connection: RdsConnection,
  changing: Changing,
  found: Found,
  { cluster, instances }: Outstanding,
): Promise<void> {
  const { ModifyDBClusterCommand, ModifyDBInstanceCommand } = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  const { name } = plain(found);
  await changeTogether(changing, name, cluster, (input) =>
    client.send(new ModifyDBClusterCommand({ ...input, DBClusterIdentifier: name, ApplyImmediately: true })),
  );
  for (const { instance, changes } of instances) {
    const { DBInstanceIdentifier = "" } = instance;
    await changeTogether(changing, DBInstanceIdentifier, changes, (input) =>
      client.send(new ModifyDBInstanceCommand({ ...input, DBInstanceIdentifier, ApplyImmediately: true })),
    );
  }
}

interface Waiting {
  readonly server: PlannedServer;
  readonly before: Outstanding;
  readonly firstWaitMs: number;
}

/**
 * What is as outstanding as before after half a minute in which nothing was seen to be under way. Some changes are
 * seen a while after they were taken, others never come: those must not be asked for again and again.
 */
async function standingStill(
  connection: RdsConnection,
  { server, before, firstWaitMs }: Waiting,
): Promise<readonly string[]> {
  const was = namesOf(before);
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await delay(firstWaitMs * 2 ** look);
    const found = await requireThere(connection, server.original.service as Kind, server.target);
    const still = namesOf(outstanding(server, found));
    if (!areSettled(found) || still.length < was.length) return [];
  }
  return was;
}

/** Static parameters of a group take effect with a restart only. */
async function restart(connection: RdsConnection, changing: Changing, found: Found): Promise<boolean> {
  const { RebootDBInstanceCommand } = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  const waiting = found.kind === "rds" ? [found.instance].filter(isWaiting) : waitingMembers(found);
  const taken: boolean[] = [];
  for (const { DBInstanceIdentifier = "" } of waiting) {
    const call = () => client.send(new RebootDBInstanceCommand({ DBInstanceIdentifier }));
    taken.push(await changing.change("the parameters (by a restart)", DBInstanceIdentifier, call));
  }
  return taken.includes(true);
}

const PENDING = "pending-reboot";

function isWaiting({ DBParameterGroups = [] }: DBInstance): boolean {
  return DBParameterGroups.some(({ ParameterApplyStatus }) => ParameterApplyStatus === PENDING);
}

function waitingMembers({
  cluster: { DBClusterMembers = [] },
  instances,
}: Extract<Found, { kind: "aurora" }>): readonly DBInstance[] {
  const pending = DBClusterMembers.filter((member) => member.DBClusterParameterGroupStatus === PENDING);
  const names = new Set(pending.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier));
  return instances.filter((instance) => isWaiting(instance) || names.has(instance.DBInstanceIdentifier));
}
