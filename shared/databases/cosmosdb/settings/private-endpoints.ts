import { setTimeout as delay } from "node:timers/promises";
import type { Changing } from "../../../azure/arm/changing.ts";
import { guidOf } from "../../../azure/arm/guid.ts";
import { lastPart, makePrivateEndpoint } from "../../../azure/arm/private-endpoint.ts";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { CapturedCosmosdb, PrivateEndpoint } from "../../../restore/cosmosdb/captured.ts";
import { RUN_TAG } from "../../../restore/cosmosdb/settings.ts";
import type { CosmosdbConnection } from "../connection.ts";

const WAIT_MS = 2_000;
const LIMIT_MS = 480_000;

/**
 * One for each that the original has, in the same subnet and zones, under a name of its own: the original keeps its
 * endpoints, and a zone cannot name two accounts at the same address, so each has the new account's name in it.
 */
export async function putPrivateEndpointsBack(
  connection: CosmosdbConnection,
  { change }: Changing,
  {
    original,
    restored,
    run,
  }: { readonly original: CapturedCosmosdb; readonly restored: CapturedCosmosdb; readonly run: string },
): Promise<void> {
  for (const endpoint of original.privateEndpoints)
    await change(`the private endpoint in subnet ${endpoint.subnet}`, restored.account, () =>
      make(connection, endpoint, restored, run),
    );
}

async function make(
  connection: CosmosdbConnection,
  endpoint: PrivateEndpoint,
  restored: CapturedCosmosdb,
  run: string,
): Promise<void> {
  const { location, subnet, groups, dnsZones } = endpoint;
  const [group = ""] = endpoint.id.split(/\/providers\//i);
  const name = shortened(`${lastPart(endpoint.id)}-${lastPart(restored.id)}`);
  const id = `${group}/providers/Microsoft.Network/privateEndpoints/${name}`;
  const wanted = {
    id,
    location,
    subnet,
    groups,
    dnsZones,
    tags: { [RUN_TAG]: run },
    resource: restored.id,
  };
  const started = performance.now();
  while (!(await makePrivateEndpoint(connection, wanted)).done) {
    if (performance.now() - started > LIMIT_MS)
      throw new StillpointError(
        "TIMED_OUT",
        `private endpoint "${name}" is not there after ${LIMIT_MS / 60_000} minutes`,
      );
    await delay(WAIT_MS);
  }
}

const LONGEST_NAME = 80;
const MARK = 9;

/** Its end tells one run's from another's: what has no room for it gets a mark of the whole. */
function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  return `${name.slice(0, LONGEST_NAME - MARK)}-${guidOf(name).slice(0, MARK - 1)}`;
}
