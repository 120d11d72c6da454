import type { Reach } from "../../../restore/managed/plan.ts";
import type { ManagedWorth } from "../service.ts";
import { type Found, resourceIdOf } from "./found.ts";

/** What a backup of it is worth. The service takes it in some minutes after the pause. */
export function worth(found: Found, reach: Reach | undefined): ManagedWorth {
  return {
    artifact: "pending",
    identity: [resourceIdOf(found)],
    problems: [...problemsOf(found, reach)],
    coveredFromSecond: reach?.earliestSecond ?? 0,
  };
}

function* problemsOf({ name, properties, systemData }: Found, reach: Reach | undefined): Generator<string> {
  const what = `server "${name}"`;
  const { state = "in an unknown state", replicationRole = "None", cluster } = properties ?? {};
  if (state !== "Ready") yield `${what} is ${state}: a backup wants it ready`;
  if (/replica/i.test(replicationRole)) yield `${what} is a read replica: name the server that is written to`;
  if (Number(cluster?.["clusterSize"] ?? 1) > 1)
    yield `${what} is an elastic cluster: ScalarDB works on a single server`;
  if (systemData?.createdAt === undefined)
    yield `${what}: Azure does not say when it was made, so nobody can tell it from another one of its name`;
  if (reach === undefined) yield `${what} cannot be restored to any time yet: its first backup is not there`;
}
