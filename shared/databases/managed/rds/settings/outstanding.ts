import type { DBInstance, ModifyDBClusterMessage, ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import type { PlannedServer } from "../../../../restore/managed/plan.ts";
import type { Found } from "../found.ts";
import { CLUSTER_SETTINGS } from "./cluster.ts";
import { INSTANCE_SETTINGS } from "./instance.ts";
import { MEMBER_SETTINGS } from "./member.ts";
import { type Change, changes, read } from "./setting.ts";

type Planned = Pick<PlannedServer, "original" | "members">;

export interface InstanceChanges {
  readonly instance: DBInstance;
  readonly changes: readonly Change<ModifyDBInstanceMessage>[];
}

/** What is not as wanted yet and can be changed. */
export interface Outstanding {
  readonly cluster: readonly Change<ModifyDBClusterMessage>[];
  readonly instances: readonly InstanceChanges[];
}

export function outstanding({ original, members }: Planned, found: Found): Outstanding {
  if (found.kind === "rds") {
    const { instance } = found;
    const wanted = changes(INSTANCE_SETTINGS, original.settings, read(INSTANCE_SETTINGS, instance));
    return { cluster: [], instances: [{ instance, changes: wanted }] };
  }
  const there = new Map(found.instances.map((instance) => [instance.DBInstanceIdentifier, instance]));
  const instances = original.members.flatMap(({ settings }, index) => {
    const instance = there.get(members[index]?.target);
    return instance === undefined
      ? []
      : [{ instance, changes: changes(MEMBER_SETTINGS, settings, read(MEMBER_SETTINGS, instance)) }];
  });
  return {
    cluster: changes(CLUSTER_SETTINGS, original.settings, read(CLUSTER_SETTINGS, found.cluster)),
    instances,
  };
}

export function namesOf({ cluster, instances }: Outstanding): readonly string[] {
  return [
    ...cluster.map(({ name }) => name),
    ...instances.flatMap(({ instance, changes: its }) =>
      its.map(({ name }) => `${name} of ${instance.DBInstanceIdentifier}`),
    ),
  ];
}
