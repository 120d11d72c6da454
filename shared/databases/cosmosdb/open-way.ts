import {
  locationOfSubnet,
  makePrivateEndpoint,
  removePrivateEndpoint,
} from "../../azure/arm/private-endpoint.ts";
import type { ArmResource } from "../../azure/arm/resource.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { PlannedAccount, Way } from "../../restore/cosmosdb/plan.ts";
import { RUN_TAG } from "../../restore/cosmosdb/settings.ts";
import { type Account, accountId, requireAccount } from "./account.ts";
import { beginChange } from "./change-account.ts";
import type { CosmosdbConnection } from "./connection.ts";
import { grantOwnAccess } from "./own-access.ts";
import { answersFromHere } from "./reach.ts";

interface Opening {
  readonly account: Pick<PlannedAccount, "way">;
  /** Of the restored account. */
  readonly name: string;
  readonly run: string;
}

type Made = Pick<Opening, "name" | "run">;

/** Takes a step towards it, and waits for nothing: done once the data answers from here. */
export async function openWay(connection: CosmosdbConnection, opening: Opening): Promise<{ done: boolean }> {
  const {
    name,
    run,
    account: { way },
  } = opening;
  const account = await requireAccount(connection, name);
  if (account.tags?.[RUN_TAG] !== run)
    throw new StillpointError(
      "PLAN_OUTDATED",
      `account "${name}" was not opened: run "${run}" has not made it`,
    );
  const { done } =
    way.kind === "address"
      ? await letIn(connection, account, way.address)
      : await connect(connection, { name, run, way });
  if (!done) return { done };
  if (account.disableLocalAuth && !(await grantOwnAccess(connection, account)).done) return { done: false };
  return { done: await answersFromHere(connection, name) };
}

async function letIn(
  connection: CosmosdbConnection,
  account: Account,
  address: string,
): Promise<{ done: boolean }> {
  const { name = "", publicNetworkAccess, ipRules = [], provisioningState } = account;
  const isAlone = ipRules.length === 1 && ipRules[0]?.ipAddressOrRange === address;
  if (publicNetworkAccess === "Enabled" && isAlone) return { done: provisioningState === "Succeeded" };
  if (provisioningState === "Succeeded")
    await beginChange(connection, name, "the firewall", {
      publicNetworkAccess: "Enabled",
      ipRules: [{ ipAddressOrRange: address }],
    });
  return { done: false };
}

/** Of the endpoint and of its entry in the zone. */
const ZONE_GROUP = "default";
/** Of the API for NoSQL. */
const GROUP = "Sql";

async function connect(
  connection: CosmosdbConnection,
  { name, run, way }: Made & { readonly way: Extract<Way, { kind: "subnet" }> },
): Promise<{ done: boolean }> {
  return makePrivateEndpoint(connection, {
    id: endpointId(connection, name),
    location: await locationOfSubnet(connection, way.subnet),
    subnet: way.subnet,
    groups: [GROUP],
    dnsZones: way.dnsZone === undefined ? {} : { [ZONE_GROUP]: [way.dnsZone] },
    tags: { [RUN_TAG]: run },
    resource: accountId(connection.address, name),
  });
}

function endpointId({ address }: CosmosdbConnection, name: string): string {
  const { subscription, resourceGroup } = address;
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/privateEndpoints/${name}-verify`;
}

/** Done once the endpoint that the run has made is gone. */
export async function closeWay(
  connection: CosmosdbConnection,
  { name, run }: Made,
): Promise<{ done: boolean }> {
  const isOurs = ({ tags }: ArmResource) => tags?.[RUN_TAG] === run;
  return removePrivateEndpoint(connection, endpointId(connection, name), isOurs);
}
