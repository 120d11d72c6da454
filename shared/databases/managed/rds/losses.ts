import type { CapturedManaged } from "../../../restore/managed/captured.ts";
import { CUSTOM_ENDPOINT, PROXY, REPLICA } from "./surroundings.ts";

/** What a restored server does not have, and what people must do about it. */
export function* losses(original: CapturedManaged): Generator<string> {
  const { server, settings, surroundings } = original;
  const named = (kind: string) =>
    surroundings.filter((one) => one.kind === kind).map(({ name }) => `"${name}"`);
  if (settings["ManageMasterUserPassword"])
    yield `The password of the master user of "${server}" is kept in a secret: the restored server gets a secret of its own, with another password`;
  const replicas = named(REPLICA);
  if (replicas.length > 0)
    yield `Read replicas of "${server}" follow the original for as long as it is there, and the restored server has none: ${replicas.join(", ")}`;
  const proxies = named(PROXY);
  if (proxies.length > 0)
    yield `Proxies lead to "${server}", and not to the restored server: register it with ${proxies.join(", ")}`;
  const endpoints = named(CUSTOM_ENDPOINT);
  if (endpoints.length > 0)
    yield `Custom endpoints of "${server}" are not made for the restored cluster: ${endpoints.join(", ")}`;
  if (settings["KmsKeyId"])
    yield `"${server}" is encrypted with ${settings["KmsKeyId"]}: a restore needs that key for as long as it runs`;
  yield "Not restored, and not looked at: reserved capacity, blue/green deployments, zero-ETL integrations, activity streams, auto scaling of replicas, a global cluster's membership, and what of Route 53 leads to the endpoint";
  yield `"${server}" keeps its snapshots; the restored server begins with none`;
}
