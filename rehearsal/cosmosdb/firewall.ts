import { BlockList, isIPv4 } from "node:net";
import { endpointsTo } from "../azure/private-endpoints.ts";
import { type Account, accountId } from "./account.ts";
import { refuse } from "./refusal.ts";
import type { World } from "./world.ts";

const CALLER = "127.0.0.1";

/** Every caller comes from this machine: publicly, unless a private endpoint leads to the account. */
export function checkFirewall(world: World, account: Account): void {
  if (endpointsTo(world, accountId(world, account)).length > 0) return;
  if (account.properties["publicNetworkAccess"] === "Disabled")
    refuse(
      403,
      "Forbidden",
      `Request originated from IP ${CALLER} through public internet. This is blocked by your Cosmos DB account firewall settings. More info: https://aka.ms/cosmosdb-tsg-forbidden`,
    );
  const rules = (account.properties["ipRules"] ?? []) as readonly { readonly ipAddressOrRange: string }[];
  const filtered = rules.length > 0 || account.properties["isVirtualNetworkFilterEnabled"] === true;
  if (filtered && !rules.some(({ ipAddressOrRange }) => contains(ipAddressOrRange)))
    refuse(
      403,
      "Forbidden",
      `Request originated from IP ${CALLER} through public internet. This is blocked by your Cosmos DB account firewall settings. More info: https://aka.ms/cosmosdb-tsg-forbidden`,
    );
}

function contains(range: string): boolean {
  const [address = "", bits] = range.split("/");
  if (!isIPv4(address)) return false;
  const list = new BlockList();
  list.addSubnet(address, bits === undefined ? 32 : Number(bits));
  return list.check(CALLER);
}
