import { bounded } from "../../azure/arm/long-running.ts";
import { attempt } from "../../azure/arm/refusal.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { type CapturedCosmosdb, containerName } from "../../restore/cosmosdb/captured.ts";
import { secondText } from "../../verify/time-text.ts";
import { concurrently } from "../concurrently.ts";
import type { CosmosdbConnection } from "./connection.ts";
import { restorableSecond } from "./time-stamp.ts";

/** Each is an operation of its own that is asked for until it has ended. */
const AT_A_TIME = 4;

/** To which second a container can be restored; null where there is no backup of it yet. */
export interface Reached {
  /** `database/container` */
  readonly container: string;
  readonly second: number | null;
}

/** Of every container, in the account's write region. It differs from region to region. */
export async function latestRestorable(
  { arm, address: { resourceGroup } }: CosmosdbConnection,
  { account, location, containers }: Pick<CapturedCosmosdb, "account" | "location" | "containers">,
): Promise<readonly Reached[]> {
  const { sqlResources } = await arm();
  return concurrently(AT_A_TIME, containers, async ({ database, name }) => {
    const container = containerName({ database, name });
    const found = await attempt("ask how far the backups are of", `${account}/${container}`, () => {
      const where = { location };
      return sqlResources.retrieveContinuousBackupInformation(
        resourceGroup,
        account,
        database,
        name,
        where,
        bounded(),
      );
    });
    const text = found.continuousBackupInformation?.latestRestorableTimestamp;
    const second = text === undefined ? null : restorableSecond(text);
    refuseToCome(container, second);
    return { container, second };
  });
}

/** More than clocks differ by. */
const AHEAD_MOST_MS = 86_400_000;

/** No backup holds what is to come: a time that was misread would make a point complete that is not. */
function refuseToCome(container: string, second: number | null): void {
  if (second === null || second * 1000 <= Date.now() + AHEAD_MOST_MS) return;
  throw new StillpointError(
    "DATABASE_REFUSED",
    `the service says that container "${container}" can be restored to ${secondText(second)}, which is to come`,
  );
}
