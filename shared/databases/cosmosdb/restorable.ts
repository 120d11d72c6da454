import type { RestorableDatabaseAccountGetResult } from "@azure/arm-cosmosdb";
import { allOf } from "../../azure/arm/all-of.ts";
import { attempt, unlessAbsent } from "../../azure/arm/refusal.ts";
import type { Restorable } from "../../restore/cosmosdb/plan.ts";
import type { CosmosdbConnection } from "./connection.ts";
import { regionId } from "./contents.ts";
import { secondAfter } from "./time-stamp.ts";

type Found = RestorableDatabaseAccountGetResult;

/**
 * The account that had this name at the second, by its lifetime: a name may have had several, deleted ones among
 * them. Of those that fit, the one of the backup; else another, which the plan tells apart by its id.
 */
export async function findRestorable(
  { arm }: CosmosdbConnection,
  wanted: { readonly account: string; readonly instanceId: string; readonly atSecond: number },
): Promise<Restorable | undefined> {
  const { account, instanceId, atSecond } = wanted;
  const client = await arm();
  const all = await attempt("list what can be restored of account", account, () =>
    allOf(client.restorableDatabaseAccounts.list()),
  );
  const then = all.filter((one) => one.accountName === account && lived(one, atSecond));
  const found = then.find(({ name }) => name === instanceId) ?? then[0];
  return found && restorableOf(found, atSecond);
}

function lived(
  { creationTime, deletionTime }: { readonly creationTime?: Date; readonly deletionTime?: Date },
  second: number,
): boolean {
  const ms = second * 1000;
  return (
    (creationTime?.getTime() ?? Number.POSITIVE_INFINITY) <= ms &&
    ms <= (deletionTime?.getTime() ?? Number.POSITIVE_INFINITY)
  );
}

function restorableOf(found: Found, atSecond: number): Restorable {
  const { id = "", name = "", location = "", creationTime, oldestRestorableTime, deletionTime } = found;
  const createdSecond = secondAfter(creationTime) ?? 0;
  return {
    id,
    instanceId: name,
    location,
    createdSecond,
    oldestSecond: secondAfter(oldestRestorableTime) ?? createdSecond,
    ...(deletionTime && { deletedSecond: Math.floor(deletionTime.getTime() / 1000) }),
    regions: (found.restorableLocations ?? [])
      .filter((region) => lived(region, atSecond))
      .flatMap(({ locationName }) => locationName ?? []),
  };
}

/** `database/container` of what existed at the second; undefined for a deleted account, of which nobody is told. */
export async function existedThen(
  { arm }: CosmosdbConnection,
  { instanceId, location, deletedSecond, regions }: Restorable,
  atSecond: number,
): Promise<readonly string[] | undefined> {
  if (deletedSecond !== undefined) return undefined;
  const client = await arm();
  const restoreTimestampInUtc = new Date(atSecond * 1000).toISOString().replace(".000Z", "Z");
  const restoreLocation = regions[0] ?? location;
  const found = await attempt("ask what there was in instance", instanceId, () =>
    unlessAbsent(() =>
      allOf(
        client.restorableSqlResources.list(regionId(location), instanceId, {
          restoreLocation,
          restoreTimestampInUtc,
        }),
      ),
    ),
  );
  // It was not online there then.
  if (found === undefined) return [];
  return found.flatMap(({ databaseName, collectionNames = [] }) =>
    collectionNames.map((name) => `${databaseName}/${name}`),
  );
}
