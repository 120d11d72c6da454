import { changing } from "../../../azure/arm/changing.ts";
import {
  type Missing,
  putAccessBack,
  putDiagnosticsBack,
  putLocksBack,
} from "../../../azure/arm/put-back.ts";
import type { PlannedAccount } from "../../../restore/cosmosdb/plan.ts";
import { assignmentText } from "../../../restore/cosmosdb/settings.ts";
import { accountId } from "../account.ts";
import { captureNamed } from "../capture.ts";
import type { CosmosdbConnection } from "../connection.ts";
import { closeWay } from "../open-way.ts";
import { putAccountSettingsBack, putRegionsBack } from "./account.ts";
import { putTtlBack } from "./container-definition.ts";
import { putPrivateEndpointsBack } from "./private-endpoints.ts";
import { putRolesBack } from "./surroundings.ts";
import { putThroughputBack } from "./throughput.ts";

export interface Applying {
  readonly account: PlannedAccount;
  readonly run: string;
  /** Whether it takes the original's place: else only the throughput of its databases is put back. */
  readonly takesOver: boolean;
}

/**
 * In the order that the service takes: who may reach it before the network rules, which close the way by which it was
 * verified; the time to live once nobody reads it any more; the regions alone; the locks last. Answers what the
 * service refuses for good.
 */
export async function applyAccount(
  connection: CosmosdbConnection,
  { account: { target: name, original, later }, run, takesOver }: Applying,
): Promise<readonly string[]> {
  const changes = changing();
  for (const { name: database, throughput } of original.databases)
    await putThroughputBack(connection, changes, { account: name, database }, throughput);
  if (!takesOver) return changes.refused;
  const restored = await captureNamed(connection, { coordinatorNamespace: later.coordinator }, name);
  const both = { original, restored };
  await putRolesBack(connection, changes, both);
  const lost = (what: "accessAssignments" | "diagnosticSettings" | "locks"): Missing => ({
    to: accountId(connection.address, name),
    name,
    wanted: original[what],
    found: restored[what],
  });
  await putAccessBack(connection, changes, lost("accessAssignments"), assignmentText);
  await putDiagnosticsBack(connection, changes, lost("diagnosticSettings"));
  await putPrivateEndpointsBack(connection, changes, { ...both, run });
  await putAccountSettingsBack(connection, changes, name, { wanted: original.settings, run });
  await closeWay(connection, { name, run });
  for (const { database, name: container, ttl } of original.containers)
    await putTtlBack(connection, changes, { account: name, database, container }, { ttl });
  await putRegionsBack(connection, changes, name, original.settings);
  await putLocksBack(connection, changes, lost("locks"));
  connection.forget(name);
  return changes.refused;
}
