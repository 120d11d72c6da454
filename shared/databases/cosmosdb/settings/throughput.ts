import type { Changing } from "../../../azure/arm/changing.ts";
import { bounded } from "../../../azure/arm/long-running.ts";
import type { Throughput } from "../../../restore/cosmosdb/captured.ts";
import type { CosmosdbConnection } from "../connection.ts";
import { type Place, placeName, readThroughput } from "../throughput.ts";

/** Manual or autoscale first, then how much: the service takes them as two changes. */
export async function putThroughputBack(
  connection: CosmosdbConnection,
  { change }: Changing,
  place: Place,
  wanted: Throughput | null,
): Promise<void> {
  if (wanted === null) return;
  const of = placeName(place);
  let found = await readThroughput(connection, place);
  if (found === null) return;
  if (found.kind !== wanted.kind) {
    if (!(await change("the kind of throughput", of, () => migrate(connection, place, wanted.kind)))) return;
    found = await readThroughput(connection, place);
  }
  if (unitsOf(found) !== unitsOf(wanted))
    await change("the throughput", of, () => update(connection, place, wanted));
}

function unitsOf(throughput: Throughput | null): number | undefined {
  if (throughput === null) return undefined;
  return throughput.kind === "manual" ? throughput.units : throughput.mostUnits;
}

async function migrate(
  { arm, address: { resourceGroup } }: CosmosdbConnection,
  { account, database, container }: Place,
  kind: Throughput["kind"],
): Promise<void> {
  const { sqlResources } = await arm();
  if (container === undefined)
    await (kind === "autoscale"
      ? sqlResources.migrateSqlDatabaseToAutoscale(resourceGroup, account, database, bounded())
      : sqlResources.migrateSqlDatabaseToManualThroughput(resourceGroup, account, database, bounded()));
  else
    await (kind === "autoscale"
      ? sqlResources.migrateSqlContainerToAutoscale(resourceGroup, account, database, container, bounded())
      : sqlResources.migrateSqlContainerToManualThroughput(
          resourceGroup,
          account,
          database,
          container,
          bounded(),
        ));
}

async function update(
  { arm, address: { resourceGroup } }: CosmosdbConnection,
  { account, database, container }: Place,
  wanted: Throughput,
): Promise<void> {
  const { sqlResources } = await arm();
  const resource =
    wanted.kind === "manual"
      ? { throughput: wanted.units }
      : { autoscaleSettings: { maxThroughput: wanted.mostUnits } };
  if (container === undefined)
    await sqlResources.updateSqlDatabaseThroughput(resourceGroup, account, database, { resource }, bounded());
  else
    await sqlResources.updateSqlContainerThroughput(
      resourceGroup,
      account,
      database,
      container,
      { resource },
      bounded(),
    );
}
