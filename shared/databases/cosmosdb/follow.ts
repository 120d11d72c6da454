import type { Followed } from "../../backup/followed.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { CapturedCosmosdb, containerName } from "../../restore/cosmosdb/captured.ts";
import { secondText } from "../../verify/time-text.ts";
import { readAccount } from "./account.ts";
import type { CosmosdbConnection } from "./connection.ts";
import { readContents } from "./contents.ts";
import { latestRestorable, type Reached } from "./latest-restorable.ts";
import { secondAfter } from "./time-stamp.ts";

/**
 * A backup is complete once every container can be restored to the end of its pause: until then nobody knows whether
 * the service's own backups will get there.
 */
export async function follow(
  connection: CosmosdbConnection,
  recorded: unknown,
  passedMs: number,
): Promise<Followed> {
  const captured = parse(recorded);
  refuseElsewhere(connection, captured);
  const passedSecond = Math.ceil(passedMs / 1000);
  const lost = await whyLost(connection, captured, passedSecond);
  if (lost !== undefined) return { kind: "failed", because: lost };
  const behind = (await latestRestorable(connection, captured)).filter(
    ({ second }) => second === null || second < passedSecond,
  );
  if (behind.length === 0) return { kind: "complete" };
  return { kind: "pending", because: awaited(behind, captured.containers.length, passedSecond) };
}

function parse(recorded: unknown): CapturedCosmosdb {
  const { data, error } = CapturedCosmosdb.safeParse(recorded);
  if (data !== undefined) return data;
  throw new StillpointError(
    "CATALOG_DAMAGED",
    `what the backup recorded of its account is not understood: ${error.issues[0]?.path.join(".")}: ${error.issues[0]?.message}`,
  );
}

/** That an account is not where the configuration looks today says nothing of it: a failed point stays so. */
function refuseElsewhere({ address }: CosmosdbConnection, captured: CapturedCosmosdb): void {
  const placeOf = ({
    subscription,
    resourceGroup,
  }: Pick<CapturedCosmosdb, "subscription" | "resourceGroup">) =>
    `resource group "${resourceGroup}" of subscription "${subscription}"`;
  const [was, is] = [placeOf(captured), placeOf(address)];
  if (was.toLowerCase() === is.toLowerCase()) return;
  throw new StillpointError(
    "DATABASE_REFUSED",
    `account "${captured.account}" is in ${was} by the backup, and the configuration names ${is}: the backup cannot be followed`,
  );
}

async function whyLost(
  connection: CosmosdbConnection,
  { account: name, instanceId, containers }: CapturedCosmosdb,
  second: number,
): Promise<string | undefined> {
  const account = await readAccount(connection, name);
  if (account === undefined) return `account "${name}" is not there any more`;
  if (account.instanceId !== instanceId)
    return `account "${name}" was made again since: it is instance ${account.instanceId}, the backup is of ${instanceId}`;
  const contents = await readContents(connection, name);
  const present = new Set(contents.containers.map(({ rid }) => rid));
  const gone = containers.find(({ rid }) => !present.has(rid));
  if (gone !== undefined)
    return `container "${containerName(gone)}" of account "${name}" was deleted, or made again, before it could be restored to this second`;
  const oldest = secondAfter(contents.restorable?.oldestRestorableTime);
  if (oldest !== undefined && oldest > second)
    return `account "${name}" can be restored from ${secondText(oldest)} on, which is after ${secondText(second)}`;
  return undefined;
}

function awaited(behind: readonly Reached[], of: number, second: number): string {
  const [first] = [...behind].sort((one, other) => (one.second ?? 0) - (other.second ?? 0));
  const reached =
    first?.second == null ? "cannot be restored yet" : `can be restored to ${secondText(first.second)}`;
  return `container "${first?.container}" ${reached}, ${secondText(second)} is awaited (${behind.length} of ${of} containers)`;
}
