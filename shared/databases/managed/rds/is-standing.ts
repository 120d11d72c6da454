import type { CapturedManaged } from "../../../restore/managed/captured.ts";
import { type Found, plain, plainInstance } from "./found.ts";

/** Whether a server has the names that it was captured with, its instances too, and none of them is changing. */
export function isStanding(found: Found, was: CapturedManaged): boolean {
  const { name, status } = plain(found);
  if (name !== was.server || status === RENAMING || isToBeRenamed(found)) return false;
  const instances = found.kind === "aurora" ? found.instances.map(plainInstance) : [];
  const there = new Map(instances.map((one) => [one.resourceId, one]));
  return was.members.every((member) => {
    const now = there.get(member.resourceId);
    // One that somebody deleted since was not renamed.
    return now === undefined || (now.name === member.name && now.status !== RENAMING);
  });
}

const RENAMING = "renaming";

function isToBeRenamed(found: Found): boolean {
  if (found.kind === "rds") return found.instance.PendingModifiedValues?.DBInstanceIdentifier !== undefined;
  return found.cluster.PendingModifiedValues?.DBClusterIdentifier !== undefined;
}
