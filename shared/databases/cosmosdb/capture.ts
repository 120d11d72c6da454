import type {
  CapturedContainer,
  CapturedCosmosdb,
  CapturedDatabase,
} from "../../restore/cosmosdb/captured.ts";
import { canonicalJson } from "../../workflow/canonical-json.ts";
import { concurrently } from "../concurrently.ts";
import { type Account, accountId } from "./account.ts";
import { regionsOf, settingsOf } from "./account-settings.ts";
import type { CosmosdbConnection } from "./connection.ts";
import {
  AT_A_TIME,
  type Contents,
  type FoundContainer,
  type Naming,
  nameOf,
  readContents,
} from "./contents.ts";
import { readScripts } from "./scripts.ts";
import { captureSurroundings } from "./surroundings.ts";
import { readThroughput } from "./throughput.ts";
import { secondAfter } from "./time-stamp.ts";

const SERVERLESS = "EnableServerless";

/** As much of the naming as tells which container is the coordinator. */
type Coordinated = Pick<Naming, "coordinatorNamespace">;

/** What there is in an account of the resource group and how it is set: the deployment's own, or a restored one. */
export async function captureNamed(
  connection: CosmosdbConnection,
  naming: Coordinated,
  name: string,
): Promise<CapturedCosmosdb> {
  return captureContents(connection, naming, name, await readContents(connection, name));
}

export async function captureContents(
  connection: CosmosdbConnection,
  naming: Coordinated,
  name: string,
  { account, restorable, databases, containers, unread: missed }: Contents,
): Promise<CapturedCosmosdb> {
  const unread = [...missed];
  const { subscription, resourceGroup } = connection.address;
  const hasThroughput = !isServerless(account);
  const capturing = { connection, name, hasThroughput, naming, unread };
  return {
    id: account.id ?? accountId(connection.address, name),
    subscription,
    resourceGroup,
    account: name,
    instanceId: account.instanceId ?? "",
    location: regionsOf(account)[0]?.name ?? account.location ?? "",
    createdSecond: secondAfter(restorable?.creationTime ?? account.systemData?.createdAt) ?? 0,
    oldestRestorableSecond: secondAfter(restorable?.oldestRestorableTime ?? restorable?.creationTime) ?? null,
    documentEndpoint: account.documentEndpoint ?? "",
    multipleWriteRegions: account.enableMultipleWriteLocations ?? false,
    capabilities: capabilitiesOf(account),
    settings: settingsOf(account),
    databases: [
      ...(await concurrently(AT_A_TIME, databases, (database) =>
        captureDatabase(capturing, nameOf(database), database.resource?.rid ?? ""),
      )),
    ],
    containers: [
      ...(await concurrently(AT_A_TIME, containers, (container) => captureContainer(capturing, container))),
    ],
    ...(await captureSurroundings(connection, account, unread)),
    unread,
  };
}

function capabilitiesOf({ capabilities = [] }: Account): string[] {
  return capabilities.flatMap(({ name }) => name ?? []).sort();
}

export function isServerless(account: Account): boolean {
  return capabilitiesOf(account).includes(SERVERLESS);
}

interface Capturing {
  readonly connection: CosmosdbConnection;
  readonly name: string;
  /** A serverless account refuses to be asked. */
  readonly hasThroughput: boolean;
  readonly naming: Coordinated;
  readonly unread: string[];
}

async function captureDatabase(
  { connection, name: account, hasThroughput, unread }: Capturing,
  name: string,
  rid: string,
): Promise<CapturedDatabase> {
  const throughput = hasThroughput
    ? await readThroughput(connection, { account, database: name }, unread)
    : null;
  return { name, rid, throughput };
}

async function captureContainer(
  { connection, name: account, hasThroughput, naming, unread }: Capturing,
  { database, name, rid, container: { resource } }: FoundContainer,
): Promise<CapturedContainer> {
  const place = { account, database, container: name };
  const throughput = hasThroughput ? await readThroughput(connection, place, unread) : null;
  return {
    database,
    name,
    rid,
    coordinator: isCoordinator(naming, { database, name }),
    partitionKey: canonicalJson(resource?.partitionKey ?? {}),
    indexingPolicy: canonicalJson(resource?.indexingPolicy ?? {}),
    ttl: resource?.defaultTtl ?? null,
    throughput,
    ...(await readScripts(connection, place, unread)),
  };
}

function isCoordinator(
  { coordinatorNamespace }: Coordinated,
  { database, name }: Pick<CapturedContainer, "database" | "name">,
): boolean {
  return database === coordinatorNamespace && name === "state";
}
