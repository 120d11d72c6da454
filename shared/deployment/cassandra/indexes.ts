import { codeOf, messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import { commandsToRebuild } from "../../restore/cassandra/by-hand.ts";
import {
  type CheckedIndex,
  indexText,
  isChecked,
  type LookedAtIndex,
} from "../../restore/cassandra/index-look.ts";
import type { CassandraPlan, PlannedCluster } from "../../restore/cassandra/plan.ts";
import { boundedText } from "../../restore/cassandra/refusals.ts";
import type { OpenDeployment } from "../open-deployment.ts";

export type IndexesByDatabase = Readonly<Record<string, readonly LookedAtIndex[]>>;

/** What all indexes find, done once none of them is being built; what is waited for is told. */
export async function observeIndexes(
  open: OpenDeployment,
  { clusters }: CassandraPlan,
  tell: (waitsFor: string) => void,
): Promise<{ readonly done: boolean; readonly indexes: IndexesByDatabase }> {
  const looks = await Promise.all(clusters.map((cluster) => looked(open, cluster)));
  const waits = looks.flatMap(({ waitsFor }) => waitsFor);
  for (const wait of waits) tell(wait);
  return {
    done: waits.length === 0,
    indexes: Object.fromEntries(looks.map(({ database, indexes }) => [database, indexes])),
  };
}

async function looked(open: OpenDeployment, { database, original }: PlannedCluster) {
  try {
    const indexes = await (await open.cassandra(database).cluster()).indexes();
    return { database, indexes, waitsFor: indexes.flatMap(waitText) };
  } catch (error) {
    if (codeOf(error) !== "DATABASE_UNREACHABLE") throw error;
    const wait = `the indexes of cluster "${original.cluster}" cannot be asked yet: ${messageOf(error)}`;
    return { database, indexes: [], waitsFor: [wait] };
  }
}

function waitText(index: LookedAtIndex): readonly string[] {
  const { finds } = index;
  return finds.kind === "no-answer"
    ? [`index ${indexText(index)} does not answer yet, as while it is being built: ${finds.why}`]
    : [];
}

/** Fails with `RESTORE_BLOCKED` where an index does not find what is there. */
export async function requireIndexes(
  open: OpenDeployment,
  plan: CassandraPlan,
): Promise<Readonly<Record<string, readonly CheckedIndex[]>>> {
  const { indexes } = await observeIndexes(open, plan, () => undefined);
  const all = Object.values(indexes).flat();
  const wanting = all.filter(({ finds }) => finds.kind === "too-little");
  const waits = all.flatMap(waitText);
  if (wanting.length > 0) throw blocked(plan.run, wanting);
  if (waits.length > 0)
    throw new StillpointError(
      "RESTORE_BLOCKED",
      `the rows are restored and verified, but not every secondary index answers: ${boundedText(waits)}. Leave the instances stopped and wait until they are built, then: stillpoint restore resume ${plan.run}`,
    );
  return Object.fromEntries(
    Object.entries(indexes).map(([database, all]) => [database, all.filter(isChecked)]),
  );
}

function blocked(run: string, wanting: readonly LookedAtIndex[]): StillpointError {
  const names = wanting.map(indexText);
  const commands = commandsToRebuild(wanting);
  return new StillpointError(
    "RESTORE_BLOCKED",
    `the rows are restored and verified, but ${boundedText(names)} ${names.length === 1 ? "does" : "do"} not find rows that are there, on every node: Cassandra takes these indexes for built though Cassy has not brought their files, and whoever reads by them is told, without an error, that there is nothing. Leave the instances stopped. On EVERY node, one after the other, run: ${commands.join("; ")}. Then: stillpoint restore resume ${run}, which asks the indexes again`,
  );
}
