import { page } from "./lookup.ts";
import { type Input, text } from "./query.ts";
import { refuse } from "./refusal.ts";
import type { Actions, GroupKind, Subscription, World } from "./world.ts";

function describeSubscriptions(world: World, input: Input): object {
  const name = text(input["SubscriptionName"]);
  const all = name === undefined ? world.subscriptions : [subscription(world, input)];
  const { some, next } = page(all, text(input["Marker"]));
  return {
    EventSubscriptionsList: some.map(
      ({ name: CustSubscriptionId, type: SourceType, sources: SourceIdsList }) => ({
        CustSubscriptionId,
        SourceType,
        SourceIdsList,
      }),
    ),
    ...(next && { Marker: next }),
  };
}

function subscription({ subscriptions }: World, input: Input): Subscription {
  const found = subscriptions.find(({ name }) => name === text(input["SubscriptionName"]));
  return found ?? refuse("SubscriptionNotFound", "The subscription does not exist.", 404);
}

function addSource(world: World, input: Input): object {
  const found = subscription(world, input);
  found.sources = [...new Set([...found.sources, text(input["SourceIdentifier"]) ?? ""])];
  return {};
}

function removeSource(world: World, input: Input): object {
  const found = subscription(world, input);
  found.sources = found.sources.filter((source) => source !== text(input["SourceIdentifier"]));
  return {};
}

function describeProxies({ proxies }: World, input: Input): object {
  const { some, next } = page([...proxies.keys()], text(input["Marker"]));
  return { DBProxies: some.map((DBProxyName) => ({ DBProxyName })), ...(next && { Marker: next }) };
}

function describeProxyTargets({ proxies }: World, input: Input): object {
  const targets = proxies.get(text(input["DBProxyName"]) ?? "") ?? [];
  return { Targets: targets.map((RdsResourceId) => ({ RdsResourceId })) };
}

function describeEndpoints({ customEndpoints }: World, input: Input): object {
  const cluster = text(input["DBClusterIdentifier"]);
  const own = customEndpoints.filter((one) => one.cluster === cluster);
  return {
    DBClusterEndpoints: [
      { EndpointType: "WRITER", DBClusterIdentifier: cluster },
      ...own.map(({ name }) => ({
        EndpointType: "CUSTOM",
        CustomEndpointType: "ANY",
        DBClusterEndpointIdentifier: name,
      })),
    ],
  };
}

/** By name only: whether it is there. */
function describeGroup(kind: GroupKind, input: string, answer: string, code: string) {
  return ({ groups }: World, asked: Input): object => {
    const name = text(asked[input]) ?? "";
    if (!name.startsWith("default") && !groups[kind].has(name))
      refuse(code, `${input} ${name} not found.`, 404);
    return { [answer]: [{ [input]: name }] };
  };
}

function describeQuotas({ quotas, resources }: World): object {
  const there = resources.filter(({ gone }) => !gone);
  const used = (name: string) =>
    there.filter(({ kind }) => kind === (name === "DBClusters" ? "cluster" : "instance")).length;
  return {
    AccountQuotas: [...quotas].map(([AccountQuotaName, Max]) => ({
      AccountQuotaName,
      Used: AccountQuotaName === "AllocatedStorage" ? 0 : used(AccountQuotaName),
      Max,
    })),
  };
}

export const BESIDE: Actions = {
  DescribeEventSubscriptions: describeSubscriptions,
  AddSourceIdentifierToSubscription: addSource,
  RemoveSourceIdentifierFromSubscription: removeSource,
  DescribeDBProxies: describeProxies,
  DescribeDBProxyTargets: describeProxyTargets,
  DescribeDBClusterEndpoints: describeEndpoints,
  DescribeDBSubnetGroups: describeGroup(
    "subnet",
    "DBSubnetGroupName",
    "DBSubnetGroups",
    "DBSubnetGroupNotFoundFault",
  ),
  DescribeDBParameterGroups: describeGroup(
    "parameter",
    "DBParameterGroupName",
    "DBParameterGroups",
    "DBParameterGroupNotFound",
  ),
  DescribeDBClusterParameterGroups: describeGroup(
    "clusterParameter",
    "DBClusterParameterGroupName",
    "DBClusterParameterGroups",
    "DBParameterGroupNotFound",
  ),
  DescribeOptionGroups: describeGroup(
    "option",
    "OptionGroupName",
    "OptionGroupsList",
    "OptionGroupNotFoundFault",
  ),
  DescribeAccountAttributes: describeQuotas,
};
