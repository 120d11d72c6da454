import { isGivenUp, lookAt } from "../../../../azure/arm/operation.ts";
import { attempt } from "../../../../azure/arm/refusal.ts";
import { beginOn } from "../../../../azure/arm/resource.ts";
import { StillpointError } from "../../../../errors/stillpoint-error.ts";
import { canonicalJson } from "../../../../workflow/canonical-json.ts";
import { type FlexibleConnection, serverId } from "../connection.ts";
import { requireServer } from "../found.ts";
import { KINDS } from "../kind.ts";
import { partOf } from "../settings.ts";
import type { Settling } from "../settling.ts";

/** A standby is made in a quarter of an hour or more: the step that begins it does not wait for it. */
export async function putStandbyBack(
  connection: FlexibleConnection,
  { server: { target, original }, restored, changes }: Settling,
): Promise<boolean> {
  const wanted = partOf(original.settings, "highAvailability");
  if (canonicalJson(wanted) === canonicalJson(partOf(restored.settings, "highAvailability")))
    return isThere(connection, target);
  const { apiVersion } = KINDS[connection.address.kind];
  let begun = false;
  await changes.change("high availability", target, async () => {
    const { status = "", message = "it does not say why" } = await lookAt(
      connection,
      connection.standbys.get(target) ?? {},
    );
    if (isGivenUp(status))
      throw new StillpointError(
        "DATABASE_REFUSED",
        `the service gave up the standby (${status}): ${message}`,
      );
    if (/^succeeded$/i.test(status))
      throw new StillpointError("DATABASE_REFUSED", "the service took the change, without any effect");
    const call = { method: "PATCH", body: { properties: { highAvailability: wanted } } } as const;
    const operation = await attempt("begin a standby of", target, () =>
      beginOn(connection, serverId(connection, target), apiVersion, call),
    );
    connection.standbys.set(target, operation);
    begun = true;
  });
  return !begun;
}

async function isThere(connection: FlexibleConnection, target: string): Promise<boolean> {
  const { properties } = await requireServer(connection, target);
  return properties?.highAvailability?.state !== "CreatingStandby";
}
