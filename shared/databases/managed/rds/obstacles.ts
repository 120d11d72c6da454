import { messageOf } from "../../../errors/stillpoint-error.ts";
import type { Wanted } from "../service.ts";
import type { RdsConnection } from "./connection.ts";
import { type Kind, read, readInstance } from "./found.ts";
import { attempt, isNamed } from "./refusal.ts";

/** All that speaks against making the new server, as far as it can be seen beforehand. */
export async function obstacles(connection: RdsConnection, wanted: Wanted): Promise<readonly string[]> {
  const found = await Promise.all([
    takenNames(connection, wanted),
    lockedKey(connection, wanted),
    missingGroups(connection, wanted),
    quotas(connection, wanted),
  ]);
  return found.flat();
}

/** Also the name that the original is to have, which costs nothing to keep free. */
async function takenNames(
  connection: RdsConnection,
  { original, target, kept, members }: Omit<Wanted, "atSecond">,
): Promise<readonly string[]> {
  const kind = original.service as Kind;
  const servers = await Promise.all(
    [target, kept].map(async (name) => ((await read(connection, kind, { name })) ? [name] : [])),
  );
  const instances = await Promise.all(
    members
      .flatMap((member) => [member.target, member.kept])
      .map(async (name) => ((await readInstance(connection, name)) ? [name] : [])),
  );
  return [...servers, ...instances].flat().map((name) => `the name "${name}" is taken`);
}

async function lockedKey(connection: RdsConnection, { original }: Wanted): Promise<readonly string[]> {
  const { service, resourceId, server, settings } = original;
  const found = await read(connection, service as Kind, { resourceId });
  const status = found?.kind === "rds" ? found.instance.DBInstanceStatus : found?.cluster.Status;
  return status?.startsWith("inaccessible-encryption-credentials")
    ? [
        `server "${server}" cannot reach its key (${settings["KmsKeyId"]}): mend the key's policy, or enable the key`,
      ]
    : [];
}

type Look = readonly [what: string, name: unknown, ask: (name: string) => Promise<unknown>];

const NOT_FOUND = /NotFound(Fault)?$/;

/** Groups that were deleted since: the restore would be refused, or fall back to a default one. */
async function missingGroups(connection: RdsConnection, { original }: Wanted): Promise<readonly string[]> {
  const sdk = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  const { settings, members } = original;
  const parameterGroups = [
    settings["DBParameterGroupName"],
    ...members.map((one) => one.settings["DBParameterGroupName"]),
  ];
  const looks: readonly Look[] = [
    [
      "subnet group",
      settings["DBSubnetGroupName"],
      (DBSubnetGroupName) => client.send(new sdk.DescribeDBSubnetGroupsCommand({ DBSubnetGroupName })),
    ],
    ...[...new Set(parameterGroups)].map(
      (name): Look => [
        "parameter group",
        name,
        (DBParameterGroupName) =>
          client.send(new sdk.DescribeDBParameterGroupsCommand({ DBParameterGroupName })),
      ],
    ),
    [
      "cluster parameter group",
      settings["DBClusterParameterGroupName"],
      (DBClusterParameterGroupName) =>
        client.send(new sdk.DescribeDBClusterParameterGroupsCommand({ DBClusterParameterGroupName })),
    ],
    [
      "option group",
      settings["OptionGroupName"],
      (OptionGroupName) => client.send(new sdk.DescribeOptionGroupsCommand({ OptionGroupName })),
    ],
  ];
  const found = await Promise.all(looks.map((look) => missing(look)));
  return found.flat();
}

async function missing([what, name, ask]: Look): Promise<readonly string[]> {
  if (typeof name !== "string") return [];
  try {
    await attempt(`describe ${what}`, name, () => ask(name));
    return [];
  } catch (error) {
    if (isNamed(error, NOT_FOUND))
      return [`${what} "${name}", which the restored server needs, is not there`];
    return [messageOf(error)];
  }
}

const ROOM = { rds: "DBInstances", aurora: "DBClusters" } as const;

async function quotas(connection: RdsConnection, { original }: Wanted): Promise<readonly string[]> {
  const { DescribeAccountAttributesCommand } = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  const { AccountQuotas = [] } = await attempt(
    "ask for the quotas of region",
    connection.address.region,
    () => client.send(new DescribeAccountAttributesCommand({})),
  );
  const kind = original.service as Kind;
  const needs: readonly (readonly [name: string, count: number])[] = [
    [ROOM[kind], 1],
    ...(kind === "aurora" ? [["DBInstances", original.members.length] as const] : []),
    ...(kind === "rds"
      ? [["AllocatedStorage", Number(original.settings["AllocatedStorage"] ?? 0)] as const]
      : []),
  ];
  return needs.flatMap(([name, count]) => {
    const quota = AccountQuotas.find(({ AccountQuotaName }) => AccountQuotaName === name);
    const { Used = 0, Max = Number.POSITIVE_INFINITY } = quota ?? {};
    if (Used + count <= Max) return [];
    return [
      `the quota ${name} of region "${connection.address.region}" has no room: ${Used} of ${Max} are used, ${count} are needed`,
    ];
  });
}
