import { allOf } from "../../azure/arm/all-of.ts";
import { attempt } from "../../azure/arm/refusal.ts";
import { readOrNote } from "../../azure/arm/unread.ts";
import type { CapturedContainer, Script, Trigger } from "../../restore/cosmosdb/captured.ts";
import type { CosmosdbConnection } from "./connection.ts";
import { type Place, placeName } from "./throughput.ts";

export type ContainerPlace = Required<Place>;
export type Scripts = Pick<CapturedContainer, "storedProcedures" | "triggers" | "functions">;

const CONTAINERS = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers";

/** Everything that a container executes, with what it says. */
export async function readScripts(
  { arm, address: { resourceGroup } }: CosmosdbConnection,
  place: ContainerPlace,
  unread: string[] = [],
): Promise<Scripts> {
  const { account, database, container } = place;
  const { sqlResources } = await arm();
  const of = placeName(place);
  const list = async <T extends { resource?: object }>(
    what: string,
    path: string,
    items: () => AsyncIterable<T>,
  ) => {
    const action = `${CONTAINERS}/${path}/read`;
    const found = await readOrNote(unread, `the ${what} of ${of}`, action, () =>
      attempt(`list the ${what} of`, of, () => allOf(items())),
    );
    return (found ?? []).flatMap(({ resource }) => resource ?? []);
  };
  const [storedProcedures, triggers, functions] = await Promise.all([
    list("stored procedures", "storedProcedures", () =>
      sqlResources.listSqlStoredProcedures(resourceGroup, account, database, container),
    ),
    list("triggers", "triggers", () =>
      sqlResources.listSqlTriggers(resourceGroup, account, database, container),
    ),
    list("user-defined functions", "userDefinedFunctions", () =>
      sqlResources.listSqlUserDefinedFunctions(resourceGroup, account, database, container),
    ),
  ]);
  return {
    storedProcedures: inOrder(storedProcedures.map(scriptOf)),
    triggers: inOrder(triggers.map(triggerOf)),
    functions: inOrder(functions.map(scriptOf)),
  };
}

function scriptOf({ id = "", body = "" }: { id?: string; body?: string }): Script {
  return { id, body };
}

function triggerOf(trigger: { triggerType?: string; triggerOperation?: string } & Partial<Script>): Trigger {
  const { triggerType: type = "", triggerOperation: operation = "" } = trigger;
  return { ...scriptOf(trigger), type, operation };
}

function inOrder<T extends Script>(scripts: readonly T[]): T[] {
  return [...scripts].sort((one, other) => (one.id < other.id ? -1 : 1));
}
