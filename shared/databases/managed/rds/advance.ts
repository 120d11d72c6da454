import type { ManagedMember } from "../../../restore/managed/captured.ts";
import type { PlannedServer } from "../../../restore/managed/plan.ts";
import type { RdsConnection } from "./connection.ts";
import { type Found, type Kind, plain, plainInstance, readInstance, tagList } from "./found.ts";
import { attempt, isBusy, isTaken, passes } from "./refusal.ts";
import { MEMBER_SETTINGS } from "./settings/member.ts";
import { passed } from "./settings/setting.ts";
import { requireOurs } from "./start.ts";
import { areSettled, isSettled, refuseGivenUp, requireThere } from "./status.ts";

/**
 * A step towards the server that is there as a whole. A restored cluster has no instances: they are made once it is
 * available, the writer first, since the first one becomes it; the others once that is there.
 */
export async function advance(
  connection: RdsConnection,
  server: PlannedServer,
  run: string,
): Promise<boolean> {
  const { original, target } = server;
  const found = await requireThere(connection, original.service as Kind, target);
  requireOurs(found, run);
  if (found.kind === "rds") return areSettled(found);
  const { name, status } = plain(found);
  refuseGivenUp(name, status);
  if (!isSettled(status)) return false;
  return (await membersAdvance(connection, server, found, run)) && areSettled(found);
}

type Cluster = Extract<Found, { kind: "aurora" }>;

/** True once every instance is there; one that was just made is not listed yet. */
async function membersAdvance(
  connection: RdsConnection,
  { original, members }: PlannedServer,
  { cluster, instances }: Cluster,
  run: string,
): Promise<boolean> {
  const there = new Map(instances.map(plainInstance).map((one) => [one.name, one]));
  const wanted = original.members.map((member, index) => ({ member, target: members[index]?.target ?? "" }));
  const [first] = wanted;
  const hasWriter = isSettled(there.get(first?.target ?? "")?.status ?? "");
  const missing = wanted.filter(({ target }) => !there.has(target)).slice(0, hasWriter ? undefined : 1);
  for (const { member, target } of missing)
    if (hasWriter || target === first?.target) await make(connection, cluster, { member, target, run });
  return missing.length === 0;
}

interface Making {
  readonly member: ManagedMember;
  readonly target: string;
  readonly run: string;
}

async function make(
  connection: RdsConnection,
  { DBClusterIdentifier = "", Engine = "" }: Cluster["cluster"],
  { member, target, run }: Making,
): Promise<void> {
  const [{ CreateDBInstanceCommand }, client] = await Promise.all([
    import("@aws-sdk/client-rds"),
    connection.rdsOnce(),
  ]);
  const input = {
    DBInstanceClass: "",
    ...passed(MEMBER_SETTINGS, member.settings),
    DBInstanceIdentifier: target,
    DBClusterIdentifier,
    Engine,
    PromotionTier: member.tier,
    Tags: tagList(member.tags, run),
  };
  await attempt("create instance", target, async () => {
    try {
      await client.send(new CreateDBInstanceCommand(input));
    } catch (error) {
      if (passes(error) || isBusy(error)) return;
      // An earlier try has made it, or somebody else has one of that name, elsewhere.
      const other = isTaken(error) ? await readInstance(connection, target) : undefined;
      if (!isTaken(error) || (other !== undefined && other.DBClusterIdentifier !== DBClusterIdentifier))
        throw error;
    }
  });
}
