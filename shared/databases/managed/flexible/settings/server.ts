import type { Wire } from "../../../../azure/arm/resource.ts";
import type { ManagedSettings } from "../../../../restore/managed/captured.ts";
import { RUN_TAG } from "../../../../restore/managed/settings.ts";
import { canonicalJson } from "../../../../workflow/canonical-json.ts";
import type { FlexibleConnection } from "../connection.ts";
import { identityBody, partOf } from "../settings.ts";
import type { Settling } from "../settling.ts";
import { change } from "./change.ts";

interface Piece {
  readonly what: string;
  readonly of: (settings: ManagedSettings) => Wire;
  readonly body: (settings: ManagedSettings) => Wire;
}

function piece(what: string, part: string, members?: readonly string[]): Piece {
  return {
    what,
    of: (settings) => partOf(settings, part, members),
    body: (settings) => ({ properties: { [part]: partOf(settings, part, members) } }),
  };
}

/** Each alone, so that one that is refused keeps back no other. */
const PIECES: readonly Piece[] = [
  { what: "the compute size", of: ({ sku }) => ({ sku }), body: ({ sku }) => ({ sku }) },
  {
    what: "the identities",
    of: ({ identity }) => ({ identity }),
    body: (settings) => ({ identity: identityBody(settings) ?? { type: "None" } }),
  },
  piece("the storage", "storage", ["autoGrow", "tier", "iops", "throughput", "autoIoScaling", "logOnDisk"]),
  piece("the retention of backups", "backup", ["backupRetentionDays", "backupIntervalHours"]),
  piece("the maintenance window", "maintenanceWindow"),
  piece("who may sign in", "authConfig"),
  piece("public access", "network", ["publicNetworkAccess"]),
];

/** What a restored server does not get from its source. */
export async function putServerSettingsBack(
  connection: FlexibleConnection,
  { server: { target, original }, run, restored, changes, isLate }: Settling,
): Promise<boolean> {
  const tags = { ...original.tags, [RUN_TAG]: run };
  if (differ(tags, restored.tags))
    await changes.change("the tags", target, () =>
      change(connection, target, { what: "the tags", method: "PATCH", body: { tags } }),
    );
  for (const { what, of, body } of PIECES) {
    if (isLate()) return false;
    if (isWanted(of(original.settings)) && differ(of(original.settings), of(restored.settings)))
      await changes.change(what, target, () =>
        change(connection, target, { what, method: "PATCH", body: body(original.settings) }),
      );
  }
  return true;
}

/** What the original does not say, the restored server may have as it is. */
function isWanted(part: Wire): boolean {
  return Object.values(part).some((value) => value !== undefined);
}

function differ(wanted: unknown, found: unknown): boolean {
  return canonicalJson(wanted) !== canonicalJson(found);
}
