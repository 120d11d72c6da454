import type {
  RestorableDatabaseAccountGetResult,
  SqlContainerGetResults,
  SqlDatabaseGetResults,
} from "@azure/arm-cosmosdb";
import { allOf } from "../../azure/arm/all-of.ts";
import { attempt, unlessAbsent } from "../../azure/arm/refusal.ts";
import { readOrNote } from "../../azure/arm/unread.ts";
import { concurrently } from "../concurrently.ts";
import { type Account, requireAccount } from "./account.ts";
import type { CosmosdbConnection } from "./connection.ts";

/** How ScalarDB names its own: a namespace is a database, a table a container. */
export interface Naming {
  readonly metadataNamespace: string;
  readonly coordinatorNamespace: string;
}

/** Lists at a time. */
export const AT_A_TIME = 5;

export interface FoundContainer {
  readonly database: string;
  readonly name: string;
  readonly rid: string;
  readonly container: SqlContainerGetResults;
}

/** An account and what is in it, as it is asked for before and after every backup. */
export interface Contents {
  readonly account: Account;
  /** As the service's list of what can be restored has this very instance. */
  readonly restorable?: RestorableDatabaseAccountGetResult;
  readonly databases: readonly SqlDatabaseGetResults[];
  readonly containers: readonly FoundContainer[];
  readonly unread: readonly string[];
}

export async function readContents(connection: CosmosdbConnection, name: string): Promise<Contents> {
  const unread: string[] = [];
  const account = await requireAccount(connection, name);
  const restorable = await readOrNote(
    unread,
    "what the account can be restored to",
    "Microsoft.DocumentDB/locations/restorableDatabaseAccounts/read",
    () => readRestorable(connection, account),
  );
  const databases = await listDatabases(connection, name);
  const containers = await concurrently(AT_A_TIME, databases, (database) =>
    listContainers(connection, name, nameOf(database)),
  );
  return { account, ...(restorable && { restorable }), databases, containers: containers.flat(), unread };
}

/** Undefined where the account has no continuous backup. */
async function readRestorable(
  { arm }: CosmosdbConnection,
  { instanceId = "", location = "", name = "" }: Account,
): Promise<RestorableDatabaseAccountGetResult | undefined> {
  const client = await arm();
  return attempt("ask what can be restored of account", name, () =>
    unlessAbsent(() => client.restorableDatabaseAccounts.getByLocation(regionId(location), instanceId)),
  );
}

/** As paths have it: "Japan East" is `japaneast`. */
export function regionId(location: string): string {
  return location.toLowerCase().replaceAll(" ", "");
}

async function listDatabases(
  { arm, address }: CosmosdbConnection,
  account: string,
): Promise<SqlDatabaseGetResults[]> {
  const client = await arm();
  const databases = await attempt("list the databases of account", account, () =>
    allOf(client.sqlResources.listSqlDatabases(address.resourceGroup, account)),
  );
  return databases.sort((one, other) => order(nameOf(one), nameOf(other)));
}

async function listContainers(
  { arm, address }: CosmosdbConnection,
  account: string,
  database: string,
): Promise<FoundContainer[]> {
  const client = await arm();
  const containers = await attempt("list the containers of", `${account}/${database}`, () =>
    allOf(client.sqlResources.listSqlContainers(address.resourceGroup, account, database)),
  );
  return containers
    .map((container) => ({
      database,
      name: nameOf(container),
      rid: container.resource?.rid ?? "",
      container,
    }))
    .sort((one, other) => order(one.name, other.name));
}

export function nameOf({ resource, name = "" }: { resource?: { id?: string }; name?: string }): string {
  return resource?.id ?? name;
}

function order(one: string, other: string): number {
  return one < other ? -1 : 1;
}
