import type { ThroughputSettingsGetResults } from "@azure/arm-cosmosdb";
import { attempt, unlessAbsent } from "../../azure/arm/refusal.ts";
import { readOrNote } from "../../azure/arm/unread.ts";
import type { Throughput } from "../../restore/cosmosdb/captured.ts";
import type { CosmosdbConnection } from "./connection.ts";

/** A database of an account, or a container of it. */
export interface Place {
  readonly account: string;
  readonly database: string;
  readonly container?: string;
}

export function placeName({ account, database, container }: Place): string {
  return [account, database, ...(container === undefined ? [] : [container])].join("/");
}

const READ = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/throughputSettings/read";
const READ_OF_CONTAINER =
  "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/throughputSettings/read";

/** Null where it has none of its own. */
export async function readThroughput(
  connection: CosmosdbConnection,
  place: Place,
  unread: string[] = [],
): Promise<Throughput | null> {
  const action = place.container === undefined ? READ : READ_OF_CONTAINER;
  const settings = await readOrNote(unread, `the throughput of ${placeName(place)}`, action, () =>
    readSettings(connection, place),
  );
  return settings === undefined ? null : throughputOf(settings);
}

async function readSettings(
  { arm, address: { resourceGroup } }: CosmosdbConnection,
  place: Place,
): Promise<ThroughputSettingsGetResults | undefined> {
  const { account, database, container } = place;
  const { sqlResources } = await arm();
  return attempt("read the throughput of", placeName(place), () =>
    unlessAbsent(() =>
      container === undefined
        ? sqlResources.getSqlDatabaseThroughput(resourceGroup, account, database)
        : sqlResources.getSqlContainerThroughput(resourceGroup, account, database, container),
    ),
  );
}

function throughputOf({ resource }: ThroughputSettingsGetResults): Throughput | null {
  const mostUnits = resource?.autoscaleSettings?.maxThroughput;
  if (mostUnits) return { kind: "autoscale", mostUnits };
  return resource?.throughput === undefined ? null : { kind: "manual", units: resource.throughput };
}
