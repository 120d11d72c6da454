import { clusterWire, instanceWire } from "./describe.ts";
import { fieldsOf } from "./fields.ts";
import { find, instancesOf, refuseTaken, refuseUnlessAvailable } from "./lookup.ts";
import { type Input, text } from "./query.ts";
import { refuse } from "./refusal.ts";
import { begin, type Resource } from "./resource.ts";
import type { Actions, World } from "./world.ts";

function modifyInstance(world: World, input: Input): object {
  const instance = find(world, "instance", text(input["DBInstanceIdentifier"]) ?? "");
  modify(world, instance, input, text(input["NewDBInstanceIdentifier"]));
  return { DBInstance: instanceWire(world, instance) };
}

function modifyCluster(world: World, input: Input): object {
  const cluster = find(world, "cluster", text(input["DBClusterIdentifier"]) ?? "");
  modify(world, cluster, input, text(input["NewDBClusterIdentifier"]));
  return { DBCluster: clusterWire(world, cluster) };
}

function modify(world: World, resource: Resource, input: Input, to: string | undefined): void {
  refuseUnlessAvailable(resource, "modify it");
  world.faults.checkParameters(input);
  refuseCombinations(input, resource);
  if (to !== undefined) {
    rename(world, resource, to);
    return;
  }
  const heeded = world.faults.heeded(input);
  if (Object.keys(heeded).every((name) => NO_CHANGE.includes(name))) return;
  const change = () => {
    resource.fields = fieldsOf(heeded, resource.fields, resource.kind, "pending-reboot");
  };
  // Protection is lifted at once, the rest takes its time.
  if (text(input["DeletionProtection"]) !== undefined) change();
  begin(resource, world.clock.now(), [{ status: "modifying", ms: world.pace.modifyMs, end: change }]);
}

const NO_CHANGE = ["Action", "Version", "ApplyImmediately", "DBInstanceIdentifier", "DBClusterIdentifier"];

/** The new name is taken at once; for a while it is listed under neither. */
function rename(world: World, resource: Resource, to: string): void {
  refuseTaken(world, resource.kind, to);
  const { renameMs, listedMs } = world.pace;
  begin(resource, world.clock.now(), [
    {
      status: "renaming",
      ms: renameMs,
      end: () => {
        if (resource.kind === "cluster")
          for (const instance of instancesOf(world, resource.name))
            instance.fields["DBClusterIdentifier"] = to;
        resource.name = to;
        resource.listedFromMs = world.clock.now() + listedMs;
      },
    },
  ]);
}

function refuseCombinations(input: Input, { fields }: Resource): void {
  const interval = Number(text(input["MonitoringInterval"]) ?? 0);
  if (interval > 0 && input["MonitoringRoleArn"] === undefined && fields["MonitoringRoleArn"] === undefined)
    refuse(
      "InvalidParameterCombination",
      "A MonitoringRoleARN value is required if you specify a MonitoringInterval.",
    );
  const mode = text(input["DatabaseInsightsMode"]);
  if (
    mode === "advanced" &&
    text(input["EnablePerformanceInsights"]) !== "true" &&
    fields["PerformanceInsightsEnabled"] !== "true"
  )
    refuse(
      "InvalidParameterCombination",
      "To enable the Advanced mode of Database Insights, enable Performance Insights.",
    );
}

function rebootInstance(world: World, input: Input): object {
  const instance = find(world, "instance", text(input["DBInstanceIdentifier"]) ?? "");
  refuseUnlessAvailable(instance, "reboot it");
  const [group] = (instance.fields["DBParameterGroups"] ?? []) as readonly object[];
  const end = () => {
    instance.fields["DBParameterGroups"] = [{ ...group, ParameterApplyStatus: "in-sync" }];
  };
  begin(instance, world.clock.now(), [{ status: "rebooting", ms: world.pace.rebootMs, end }]);
  return { DBInstance: instanceWire(world, instance) };
}

function addRole(world: World, resource: Resource, input: Input): void {
  const { fields } = resource;
  const role = { RoleArn: text(input["RoleArn"]), FeatureName: text(input["FeatureName"]), Status: "ACTIVE" };
  fields["AssociatedRoles"] = [...((fields["AssociatedRoles"] ?? []) as readonly object[]), role];
  begin(resource, world.clock.now(), [{ status: "modifying", ms: world.pace.modifyMs }]);
}

function addRoleToInstance(world: World, input: Input): object {
  const instance = find(world, "instance", text(input["DBInstanceIdentifier"]) ?? "");
  refuseUnlessAvailable(instance, "add a role to it");
  addRole(world, instance, input);
  return {};
}

function addRoleToCluster(world: World, input: Input): object {
  const cluster = find(world, "cluster", text(input["DBClusterIdentifier"]) ?? "");
  addRole(world, cluster, input);
  return {};
}

function enableHttpEndpoint(world: World, input: Input): object {
  const name = text(input["ResourceArn"])?.split(":").at(-1) ?? "";
  const cluster = find(world, "cluster", name);
  cluster.fields["HttpEndpointEnabled"] = "true";
  return { ResourceArn: text(input["ResourceArn"]), HttpEndpointEnabled: true };
}

function deleteInstance(world: World, input: Input): object {
  const instance = find(world, "instance", text(input["DBInstanceIdentifier"]) ?? "");
  remove(world, instance, input);
  return { DBInstance: instanceWire(world, instance) };
}

function deleteCluster(world: World, input: Input): object {
  const cluster = find(world, "cluster", text(input["DBClusterIdentifier"]) ?? "");
  if (instancesOf(world, cluster.name).length > 0)
    refuse(
      "InvalidDBClusterStateFault",
      "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
    );
  remove(world, cluster, input);
  return { DBCluster: clusterWire(world, cluster) };
}

function remove(world: World, resource: Resource, input: Input): void {
  if (resource.phases[0]?.status === "deleting")
    refuse("InvalidDBInstanceState", `${resource.name} is already being deleted.`);
  if (resource.fields["DeletionProtection"] === "true")
    refuse(
      "InvalidParameterCombination",
      "Cannot delete protected resource, please disable deletion protection and try again.",
    );
  if (text(input["SkipFinalSnapshot"]) !== "true" && input["FinalDBSnapshotIdentifier"] === undefined)
    refuse(
      "InvalidParameterCombination",
      "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
    );
  resource.phases = [];
  const end = () => {
    resource.gone = true;
    if (world.backing) world.background.add(world.backing.remove(resource.name));
  };
  begin(resource, world.clock.now(), [{ status: "deleting", ms: world.pace.deleteMs, end }]);
}

export const CHANGES: Actions = {
  ModifyDBInstance: modifyInstance,
  ModifyDBCluster: modifyCluster,
  RebootDBInstance: rebootInstance,
  AddRoleToDBInstance: addRoleToInstance,
  AddRoleToDBCluster: addRoleToCluster,
  EnableHttpEndpoint: enableHttpEndpoint,
  DeleteDBInstance: deleteInstance,
  DeleteDBCluster: deleteCluster,
};
