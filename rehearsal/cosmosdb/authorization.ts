import { createHmac } from "node:crypto";
import type { Call } from "../azure/wire.ts";
import type { Account, Keys } from "./account.ts";
import { refuse } from "./refusal.ts";
import { isPermitted } from "./roles.ts";
import type { World } from "./world.ts";

/** What a call does, as far as permissions are concerned. */
export interface Access {
  readonly writes: boolean;
  /** What a role must allow; nothing where tokens are not accepted at all. */
  readonly dataAction: string | undefined;
}

const LINK = "Learn more: https://aka.ms/cosmos-native-rbac.";

/** By a key of the account, or by a token whose owner has a data-plane role. */
export function authorize(world: World, account: Account, call: Call, access: Access): void {
  const authorization = new URLSearchParams(
    decodeURIComponent(call.headers["authorization"] ?? "").replaceAll("+", "%2B"),
  );
  const signature = authorization.get("sig") ?? "";
  if (authorization.get("type") === "aad") authorizeToken(world, account, call, access, signature);
  else authorizeKey(account, call, access, signature);
}

function authorizeToken(world: World, account: Account, call: Call, access: Access, token: string): void {
  const principal =
    world.identity.principalOf(token) ??
    refuse(401, "Unauthorized", "The AAD token that was provided is missing, not valid or has expired.");
  const path = `/${call.path.slice(0, 4).join("/")}`;
  const action = access.dataAction ?? refuseToken(account, call);
  if (isPermitted(world, account, principal, action, path)) return;
  refuse(
    403,
    "Forbidden",
    `Request blocked by Auth ${account.name} : Request is blocked because principal [${principal}] does not have required RBAC permissions to perform action [${action}] on resource [${path}]. ${LINK}`,
    { subStatus: 5301 },
  );
}

function refuseToken(account: Account, { method, path }: Call): never {
  return refuse(
    403,
    "Forbidden",
    `Request blocked by Auth ${account.name} : The given request [${method} /${path.join("/")}] cannot be authorized by AAD token in data plane. ${LINK}`,
    { subStatus: 5300 },
  );
}

function authorizeKey(account: Account, call: Call, { writes }: Access, signature: string): void {
  if (account.properties["disableLocalAuth"] === true)
    refuse(
      401,
      "Unauthorized",
      "Local Authorization is disabled. Use an AAD token to authorize all requests.",
    );
  const text = signedText(call);
  const name = (Object.keys(account.keys) as (keyof Keys)[]).find(
    (key) =>
      createHmac("sha256", Buffer.from(account.keys[key], "base64")).update(text).digest("base64") ===
      signature,
  );
  if (name === undefined)
    refuse(
      401,
      "Unauthorized",
      `The input authorization token can't serve the request. The wrong key is being used or the expected payload is not built as per the protocol. Server used the following payload to sign: '${text}'`,
    );
  if (writes && name?.includes("Readonly"))
    refuse(
      403,
      "Forbidden",
      "Insufficient permissions provided in the authorization header for the corresponding request. Please retry with another authorization header.",
    );
}

/** A resource's own path and type, or those of the list that it belongs to. */
function signedText({ method, path, headers }: Call): string {
  const isList = path.length % 2 === 1;
  const type = (isList ? path.at(-1) : path.at(-2)) ?? "";
  const resource = (isList ? path.slice(0, -1) : path).join("/");
  return `${method.toLowerCase()}\n${type}\n${resource}\n${(headers["x-ms-date"] ?? "").toLowerCase()}\n\n`;
}
