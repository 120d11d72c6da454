import type { DBClusterRole, DBInstanceRole } from "@aws-sdk/client-rds";
import type { PlannedServer } from "../../../restore/managed/plan.ts";
import type { Changing } from "./changing.ts";
import type { RdsConnection } from "./connection.ts";
import { type Found, plain } from "./found.ts";

/** What has calls of its own: the roles of an instance, those of a cluster that were not passed, the Data API. */
export async function putRolesBack(
  connection: RdsConnection,
  changing: Changing,
  { original: { settings } }: PlannedServer,
  found: Found,
): Promise<void> {
  const wanted = (settings["AssociatedRoles"] ?? []) as readonly unknown[];
  if (found.kind === "rds") return instanceRoles(connection, changing, found, wanted as readonly string[]);
  await clusterRoles(connection, changing, found, wanted as readonly DBClusterRole[]);
  if (settings["HttpEndpointEnabled"] !== true || found.cluster.HttpEndpointEnabled === true) return;
  const { EnableHttpEndpointCommand } = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  const { name, arn } = plain(found);
  await changing.change("the Data API", name, () =>
    client.send(new EnableHttpEndpointCommand({ ResourceArn: arn })),
  );
}

/** As captured: `ROLE for FEATURE`. */
async function instanceRoles(
  connection: RdsConnection,
  changing: Changing,
  found: Extract<Found, { kind: "rds" }>,
  wanted: readonly string[],
): Promise<void> {
  const textOf = ({ RoleArn, FeatureName }: DBInstanceRole) => `${RoleArn} for ${FeatureName}`;
  const there = new Set((found.instance.AssociatedRoles ?? []).map(textOf));
  const { AddRoleToDBInstanceCommand } = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  const { name } = plain(found);
  for (const role of wanted.filter((one) => !there.has(one))) {
    const [RoleArn = "", FeatureName = ""] = role.split(" for ");
    const input = { DBInstanceIdentifier: name, RoleArn, FeatureName };
    await changing.change(`role ${role}`, name, () => client.send(new AddRoleToDBInstanceCommand(input)));
  }
}

async function clusterRoles(
  connection: RdsConnection,
  changing: Changing,
  found: Extract<Found, { kind: "aurora" }>,
  wanted: readonly DBClusterRole[],
): Promise<void> {
  const textOf = ({ RoleArn, FeatureName }: DBClusterRole) => `${RoleArn} for ${FeatureName ?? "all"}`;
  const there = new Set((found.cluster.AssociatedRoles ?? []).map(textOf));
  const { AddRoleToDBClusterCommand } = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  const { name } = plain(found);
  for (const role of wanted.filter((one) => !there.has(textOf(one)))) {
    const { RoleArn = "", FeatureName } = role;
    const input = { DBClusterIdentifier: name, RoleArn, ...(FeatureName && { FeatureName }) };
    await changing.change(`role ${textOf(role)}`, name, () =>
      client.send(new AddRoleToDBClusterCommand(input)),
    );
  }
}
