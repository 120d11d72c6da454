import { deleteResource } from "../../../../azure/arm/resource.ts";
import type { Surrounding } from "../../../../restore/managed/captured.ts";
import { canonicalJson } from "../../../../workflow/canonical-json.ts";
import { type FlexibleConnection, serverId } from "../connection.ts";
import { KINDS } from "../kind.ts";
import type { Settling } from "../settling.ts";
import { ADMINISTRATOR, FIREWALL_RULE } from "../surrounding-kinds.ts";
import { change } from "./change.ts";

export function putAdministratorsBack(connection: FlexibleConnection, settling: Settling): Promise<boolean> {
  return putBack(connection, settling, { kind: ADMINISTRATOR, type: "administrators" });
}

/** As closed as the original is: a rule that came along and that the original does not have is taken away first. */
export async function putFirewallBack(connection: FlexibleConnection, settling: Settling): Promise<boolean> {
  const { server, restored, changes } = settling;
  const { apiVersion } = KINDS[connection.address.kind];
  for (const { name } of outstanding(restored, server.original, FIREWALL_RULE)) {
    if (server.original.surroundings.some((one) => one.kind === FIREWALL_RULE && one.name === name)) continue;
    const id = `${serverId(connection, server.target)}/firewallRules/${name}`;
    await changes.change(`the absence of firewall rule "${name}"`, server.target, () =>
      deleteResource(connection, id, apiVersion),
    );
  }
  return putBack(connection, settling, { kind: FIREWALL_RULE, type: "firewallRules" });
}

async function putBack(
  connection: FlexibleConnection,
  { server: { target, original }, restored, changes, isLate }: Settling,
  { kind, type }: { readonly kind: string; readonly type: string },
): Promise<boolean> {
  for (const { name, says } of outstanding(original, restored, kind)) {
    if (isLate()) return false;
    const what = `${kind} "${name}"`;
    const body = { properties: says };
    await changes.change(what, target, () =>
      change(connection, target, { what, method: "PUT", below: `/${type}/${name}`, body }),
    );
  }
  return true;
}

interface Surrounded {
  readonly surroundings: readonly Surrounding[];
}

/** What the one has and the other has not, or not so. */
export function outstanding(one: Surrounded, other: Surrounded, kind: string): readonly Surrounding[] {
  return one.surroundings
    .filter((each) => each.kind === kind)
    .filter(
      ({ name, says }) =>
        !other.surroundings.some(
          (found) =>
            found.kind === kind && found.name === name && canonicalJson(found.says) === canonicalJson(says),
        ),
    );
}
