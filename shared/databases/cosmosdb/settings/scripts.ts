import type { SqlTriggerResource } from "@azure/arm-cosmosdb";
import type { Changing } from "../../../azure/arm/changing.ts";
import { bounded } from "../../../azure/arm/long-running.ts";
import type { Script, Trigger } from "../../../restore/cosmosdb/captured.ts";
import { canonicalJson } from "../../../workflow/canonical-json.ts";
import type { CosmosdbConnection } from "../connection.ts";
import { type ContainerPlace, readScripts, type Scripts } from "../scripts.ts";
import { placeName } from "../throughput.ts";

/** Each that is missing or says something else. A restore brings back none of them. */
export async function putScriptsBack(
  connection: CosmosdbConnection,
  { change }: Changing,
  place: ContainerPlace,
  wanted: Scripts,
): Promise<void> {
  const { account, database, container } = place;
  const { resourceGroup } = connection.address;
  const { sqlResources } = await connection.arm();
  const found = await readScripts(connection, place);
  const at = [resourceGroup, account, database, container] as const;
  const of = placeName(place);
  for (const { id, body } of lacking(wanted.storedProcedures, found.storedProcedures))
    await change(`stored procedure "${id}"`, of, async () => {
      await sqlResources.createUpdateSqlStoredProcedure(...at, id, { resource: { id, body } }, bounded());
    });
  for (const trigger of lacking(wanted.triggers, found.triggers))
    await change(`trigger "${trigger.id}"`, of, async () => {
      const resource = triggerResource(trigger);
      await sqlResources.createUpdateSqlTrigger(...at, trigger.id, { resource }, bounded());
    });
  for (const { id, body } of lacking(wanted.functions, found.functions))
    await change(`user-defined function "${id}"`, of, async () => {
      await sqlResources.createUpdateSqlUserDefinedFunction(...at, id, { resource: { id, body } }, bounded());
    });
}

function triggerResource({ id, body, type, operation }: Trigger): SqlTriggerResource {
  return { id, body, triggerType: type, triggerOperation: operation };
}

function lacking<T extends Script>(wanted: readonly T[], found: readonly T[]): readonly T[] {
  const there = new Set(found.map(canonicalJson));
  return wanted.filter((script) => !there.has(canonicalJson(script)));
}
