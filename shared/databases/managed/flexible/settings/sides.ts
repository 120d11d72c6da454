import { type Missing, putAccessBack, putDiagnosticsBack } from "../../../../azure/arm/put-back.ts";
import { API, putResource, type Wire } from "../../../../azure/arm/resource.ts";
import type { SideResource } from "../../../../azure/arm/surroundings.ts";
import type { CapturedManaged } from "../../../../restore/managed/captured.ts";
import { suffixOf } from "../../../../restore/managed/plan.ts";
import { RUN_TAG } from "../../../../restore/managed/settings.ts";
import { alertId } from "../alerts.ts";
import { type FlexibleConnection, serverId } from "../connection.ts";
import type { Settling } from "../settling.ts";
import { ACCESS, ALERT, DIAGNOSTIC_SETTING } from "../surrounding-kinds.ts";
import { accessText } from "../surroundings.ts";

/** What other providers keep of a server. Locks stay away: abandoning the run could not delete the server then. */
export async function putSidesBack(connection: FlexibleConnection, settling: Settling): Promise<boolean> {
  const { server, restored, changes } = settling;
  const missing = (kind: string): Missing => ({
    to: serverId(connection, server.target),
    name: server.target,
    wanted: sides(server.original, kind),
    found: sides(restored, kind),
  });
  await putDiagnosticsBack(connection, changes, missing(DIAGNOSTIC_SETTING));
  await putAccessBack(connection, changes, missing(ACCESS), ({ properties }) => accessText(properties));
  await putAlertsBack(connection, settling);
  return true;
}

function sides({ surroundings }: CapturedManaged, kind: string): readonly SideResource[] {
  return surroundings
    .filter((one) => one.kind === kind)
    .map(({ name, says }) => ({ name, properties: says as Record<string, unknown> }));
}

/** An alert watches one server: that of the original goes on, and the restored one gets its own, under another name. */
async function putAlertsBack(
  connection: FlexibleConnection,
  { server: { target, original }, run, restored, changes }: Settling,
): Promise<void> {
  const there = new Set(sides(restored, ALERT).map(({ name }) => name));
  for (const { name, properties } of sides(original, ALERT)) {
    const own = `${name}${suffixOf(run)}`;
    if (there.has(own)) continue;
    const body: Wire = {
      location: "global",
      tags: { [RUN_TAG]: run },
      properties: { ...properties, scopes: [serverId(connection, target)] },
    };
    await changes.change(`alert "${name}"`, target, () =>
      putResource(connection, alertId(connection, own), API.metricAlerts, body),
    );
  }
}
