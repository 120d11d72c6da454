import type { IndexingPolicy, SqlContainerResource } from "@azure/arm-cosmosdb";
import type { Changing } from "../../../azure/arm/changing.ts";
import { bounded } from "../../../azure/arm/long-running.ts";
import { attempt, unlessAbsent } from "../../../azure/arm/refusal.ts";
import type { CapturedContainer } from "../../../restore/cosmosdb/captured.ts";
import { canonicalJson } from "../../../workflow/canonical-json.ts";
import type { CosmosdbConnection } from "../connection.ts";
import type { ContainerPlace } from "../scripts.ts";
import { placeName } from "../throughput.ts";

export async function putIndexingPolicyBack(
  connection: CosmosdbConnection,
  { change }: Changing,
  place: ContainerPlace,
  { indexingPolicy }: Pick<CapturedContainer, "indexingPolicy">,
): Promise<void> {
  const found = await readDefinition(connection, place);
  if (found === undefined || canonicalJson(found.indexingPolicy ?? {}) === indexingPolicy) return;
  const wanted = { ...found, indexingPolicy: JSON.parse(indexingPolicy) as IndexingPolicy };
  await change("the indexing policy", placeName(place), () => writeDefinition(connection, place, wanted));
}

/** What has expired since is deleted from then on: only where the account takes over, after it was verified. */
export async function putTtlBack(
  connection: CosmosdbConnection,
  { change }: Changing,
  place: ContainerPlace,
  { ttl }: Pick<CapturedContainer, "ttl">,
): Promise<void> {
  const found = await readDefinition(connection, place);
  if (found === undefined || (found.defaultTtl ?? null) === ttl) return;
  const { defaultTtl: _, ...others } = found;
  const wanted = ttl === null ? others : { ...others, defaultTtl: ttl };
  await change("the time to live", placeName(place), () => writeDefinition(connection, place, wanted));
}

/** Undefined where there is no such container. */
async function readDefinition(
  { arm, address: { resourceGroup } }: CosmosdbConnection,
  place: ContainerPlace,
): Promise<SqlContainerResource | undefined> {
  const { account, database, container } = place;
  const { sqlResources } = await arm();
  const found = await attempt("read container", placeName(place), () =>
    unlessAbsent(() => sqlResources.getSqlContainer(resourceGroup, account, database, container)),
  );
  if (found?.resource === undefined) return undefined;
  // What the service adds; and how it was made, which is no part of what it is.
  const { rid: _, ts: __, etag: ___, createMode: ____, restoreParameters: _____, ...own } = found.resource;
  return own;
}

/** The service takes a definition as a whole. */
async function writeDefinition(
  { arm, address: { resourceGroup } }: CosmosdbConnection,
  { account, database, container }: ContainerPlace,
  resource: SqlContainerResource,
): Promise<void> {
  const { sqlResources } = await arm();
  await sqlResources.createUpdateSqlContainer(
    resourceGroup,
    account,
    database,
    container,
    { resource },
    bounded(),
  );
}
