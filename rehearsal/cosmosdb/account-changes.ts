import { isDeepStrictEqual } from "node:util";
import { asWire, type Wire } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import type { Account } from "./account.ts";
import { locationsOf } from "./account-resource.ts";
import { refuse } from "./refusal.ts";

/** What a PATCH of the backup policy leaves out stays as it was. */
export function mergeBackup(account: Account, given: Wire): Wire {
  if (given["backupPolicy"] === undefined) return given;
  const policy = { ...asWire(account.properties["backupPolicy"]), ...asWire(given["backupPolicy"]) };
  return { ...given, backupPolicy: policy };
}

/** Some settings change alone or not at all. */
export function checkChange(account: Account, { method, wire }: ManagedCall, properties: Wire): void {
  const changed = Object.keys(properties).filter(
    (member) => !isDeepStrictEqual(properties[member], account.properties[member]),
  );
  const sent = method === "PATCH" ? Object.keys(asWire(wire["properties"])) : changed;
  if (sent.includes("backupPolicy") && sent.length > 1)
    refuse(
      400,
      "BadRequest",
      "Cannot update continuous backup mode and other properties at the same time. Please submit the request after removing one of them",
    );
  if (changed.includes("locations") && changed.length > 1)
    refuse(400, "BadRequest", "Cannot add or remove regions and update other properties at the same time.");
  checkBackup(account, properties);
  checkConsistency(properties);
}

function checkBackup(account: Account, properties: Wire): void {
  if (account.continuousSinceMs !== undefined && asWire(properties["backupPolicy"])["type"] === "Periodic")
    refuse(400, "BadRequest", "Changing an account from continuous to periodic backup is not supported");
}

function checkConsistency(properties: Wire): void {
  const { defaultConsistencyLevel } = asWire(properties["consistencyPolicy"]);
  if (defaultConsistencyLevel !== "Strong" || properties["enableMultipleWriteLocations"] !== true) return;
  refuse(
    400,
    "BadRequest",
    `Strong consistency is not supported for accounts that write in multiple regions: ${locationsOf(properties).length} of them`,
  );
}
