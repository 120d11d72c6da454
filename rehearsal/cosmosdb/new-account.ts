import { asWire, type Wire, without } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import { type Account, newKeys } from "./account.ts";
import { followLocations, isContinuous } from "./account-resource.ts";
import { serveDocuments } from "./data-plane.ts";
import type { World } from "./world.ts";

/** A new account in `Creating`, with its address already bound. */
export async function addAccount(
  world: World,
  { params, wire }: Pick<ManagedCall, "params" | "wire">,
  properties: Wire,
): Promise<Account> {
  const nowMs = world.clock.now();
  const account: Account = {
    name: String(params["account"]),
    resourceGroup: String(params["group"]),
    instanceId: crypto.randomUUID(),
    location: String(wire["location"]),
    kind: String(wire["kind"] ?? "GlobalDocumentDB"),
    createdAtMs: nowMs,
    deletedAtMs: undefined,
    phase: "Creating",
    properties: without(properties, "createMode"),
    tags: asWire(wire["tags"]),
    identity: wire["identity"] as Wire | undefined,
    continuousSinceMs: isContinuous(properties) ? nowMs : undefined,
    regions: [],
    keys: newKeys(),
    databases: [],
    roleDefinitions: new Map(),
    roleAssignments: new Map(),
    endpoint: undefined,
  };
  followLocations(account, properties, nowMs);
  world.accounts.push(account);
  account.endpoint = await serveDocuments(world, account);
  return account;
}
