import type { EventSubscription } from "@aws-sdk/client-rds";
import { messageOf } from "../../../errors/stillpoint-error.ts";
import type { Surrounding } from "../../../restore/managed/captured.ts";
import { readAlarms } from "./alarms.ts";
import type { RdsConnection } from "./connection.ts";
import { type Found, plain } from "./found.ts";
import { attempt } from "./refusal.ts";

export const SUBSCRIPTION = "event subscription";
export const PROXY = "proxy";
export const REPLICA = "read replica";
export const CUSTOM_ENDPOINT = "custom endpoint";

/** More than an account may have. */
const MOST_PAGES = 20;

/** What is beside a server, goes by its name or hangs on it, and is not restored with it. */
export async function readSurroundings(
  connection: RdsConnection,
  found: Found,
  unread: string[],
): Promise<Surrounding[]> {
  const { name } = plain(found);
  const noting = async (what: string, look: () => Promise<readonly Surrounding[]>) => {
    try {
      return await look();
    } catch (error) {
      unread.push(`${what}: ${messageOf(error)}`);
      return [];
    }
  };
  const looks = await Promise.all([
    readAlarms(connection, [name, ...memberNames(found)], unread),
    noting("the event subscriptions", () => subscriptions(connection, name)),
    noting("the proxies", () => proxies(connection, found)),
    noting("the custom endpoints", () => customEndpoints(connection, found)),
  ]);
  return [...looks.flat(), ...replicasOf(found)];
}

function memberNames(found: Found): readonly string[] {
  return found.kind === "rds"
    ? []
    : found.instances.flatMap(({ DBInstanceIdentifier }) => DBInstanceIdentifier ?? []);
}

function replicasOf(found: Found): readonly Surrounding[] {
  const names =
    found.kind === "rds"
      ? [
          ...(found.instance.ReadReplicaDBInstanceIdentifiers ?? []),
          ...(found.instance.ReadReplicaDBClusterIdentifiers ?? []),
        ]
      : (found.cluster.ReadReplicaIdentifiers ?? []);
  return names.map((name) => ({ kind: REPLICA, name, says: null }));
}

/** Those that name the server; one without names is of all servers, a restored one too. */
async function subscriptions(connection: RdsConnection, name: string): Promise<readonly Surrounding[]> {
  const { DescribeEventSubscriptionsCommand } = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  const all = await pages<EventSubscription>(async (Marker) => {
    const answer = await attempt("describe the event subscriptions about", name, () =>
      client.send(new DescribeEventSubscriptionsCommand({ ...(Marker && { Marker }) })),
    );
    return { items: answer.EventSubscriptionsList ?? [], marker: answer.Marker };
  });
  return all
    .filter(({ SourceIdsList = [] }) => SourceIdsList.includes(name))
    .map(({ CustSubscriptionId = "", SourceType = null }) => ({
      kind: SUBSCRIPTION,
      name: CustSubscriptionId,
      says: { SourceType },
    }));
}

async function proxies(connection: RdsConnection, found: Found): Promise<readonly Surrounding[]> {
  const { DescribeDBProxiesCommand, DescribeDBProxyTargetsCommand } = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  const { name } = plain(found);
  const all = await pages<string>(async (Marker) => {
    const answer = await attempt("describe the proxies of", name, () =>
      client.send(new DescribeDBProxiesCommand({ ...(Marker && { Marker }) })),
    );
    return {
      items: (answer.DBProxies ?? []).flatMap(({ DBProxyName }) => DBProxyName ?? []),
      marker: answer.Marker,
    };
  });
  const looks = await Promise.all(
    all.map(async (DBProxyName) => {
      const { Targets = [] } = await attempt("describe the targets of proxy", DBProxyName, () =>
        client.send(new DescribeDBProxyTargetsCommand({ DBProxyName })),
      );
      const names = Targets.flatMap(({ RdsResourceId, TrackedClusterId }) => [
        RdsResourceId,
        TrackedClusterId,
      ]);
      return names.includes(name) ? [{ kind: PROXY, name: DBProxyName, says: null }] : [];
    }),
  );
  return looks.flat();
}

async function customEndpoints(connection: RdsConnection, found: Found): Promise<readonly Surrounding[]> {
  if (found.kind === "rds") return [];
  const { DescribeDBClusterEndpointsCommand } = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  const { name } = plain(found);
  const { DBClusterEndpoints = [] } = await attempt("describe the endpoints of cluster", name, () =>
    client.send(new DescribeDBClusterEndpointsCommand({ DBClusterIdentifier: name })),
  );
  return DBClusterEndpoints.filter(({ EndpointType }) => EndpointType === "CUSTOM").map(
    ({ DBClusterEndpointIdentifier = "", CustomEndpointType = null, StaticMembers = [] }) => ({
      kind: CUSTOM_ENDPOINT,
      name: DBClusterEndpointIdentifier,
      says: { CustomEndpointType, StaticMembers },
    }),
  );
}

interface Page<T> {
  readonly items: readonly T[];
  readonly marker: string | undefined;
}

async function pages<T>(ask: (marker: string | undefined) => Promise<Page<T>>): Promise<readonly T[]> {
  const all: T[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const found = await ask(marker);
    all.push(...found.items);
    marker = found.marker;
    if (!marker) break;
  }
  return all;
}
