import type { DBInstance } from "@aws-sdk/client-rds";
import type { CapturedManaged, ManagedMember } from "../../../restore/managed/captured.ts";
import type { ServerAddress } from "../service.ts";
import type { RdsConnection } from "./connection.ts";
import { dialectOf } from "./engine.ts";
import { type Found, isWriter, plain, plainInstance } from "./found.ts";
import { CLUSTER_SETTINGS } from "./settings/cluster.ts";
import { INSTANCE_SETTINGS } from "./settings/instance.ts";
import { MEMBER_SETTINGS } from "./settings/member.ts";
import { read } from "./settings/setting.ts";
import { readSurroundings } from "./surroundings.ts";

type Own = Pick<CapturedManaged, "version" | "host" | "port" | "createdSecond" | "settings" | "members">;

/** What a server is and how it is set: the deployment's own, or a restored one. */
export async function capture(
  connection: RdsConnection,
  found: Found,
  database: string | undefined,
): Promise<CapturedManaged> {
  const { name, resourceId, engine, tags } = plain(found);
  const unread: string[] = [];
  return {
    service: found.kind,
    engine: dialectOf(engine) ?? "postgresql",
    product: engine,
    server: name,
    resourceId,
    place: { region: connection.address.region },
    ...(database !== undefined && { database }),
    ...(found.kind === "rds" ? ofInstance(found.instance) : ofCluster(found)),
    tags,
    surroundings: await readSurroundings(connection, found, unread),
    unread,
  };
}

/** Where it is asked: an Aurora cluster by the endpoint of its writer. */
export function endpointOf(found: Found): ServerAddress {
  const engine = dialectOf(plain(found).engine) ?? "postgresql";
  const { host, port } = found.kind === "rds" ? ofInstance(found.instance) : ofCluster(found);
  return { engine, host, port };
}

function ofInstance(instance: DBInstance): Own {
  return {
    version: instance.EngineVersion ?? "",
    host: instance.Endpoint?.Address ?? "",
    port: instance.Endpoint?.Port ?? 0,
    createdSecond: secondOf(instance.InstanceCreateTime),
    settings: read(INSTANCE_SETTINGS, instance),
    members: [],
  };
}

function ofCluster({ cluster, instances }: Extract<Found, { kind: "aurora" }>): Own {
  return {
    version: cluster.EngineVersion ?? "",
    host: cluster.Endpoint ?? "",
    port: cluster.Port ?? 0,
    createdSecond: secondOf(cluster.ClusterCreateTime),
    settings: read(CLUSTER_SETTINGS, cluster),
    members: instances.map((instance) => ofMember(instance, isWriter(cluster, instance))),
  };
}

function ofMember(instance: DBInstance, writer: boolean): ManagedMember {
  const { name, resourceId, tags } = plainInstance(instance);
  return {
    name,
    resourceId,
    writer,
    tier: instance.PromotionTier ?? 1,
    settings: read(MEMBER_SETTINGS, instance),
    tags,
  };
}

function secondOf(date: Date | undefined): number {
  return Math.ceil((date?.getTime() ?? 0) / 1000);
}
