import type { CapturedManaged } from "../../../restore/managed/captured.ts";
import { LOCK, LOCK_ABOVE, PRIVATE_ENDPOINT, REPLICA, VIRTUAL_ENDPOINT } from "./surrounding-kinds.ts";

/** What a restored server does not have, and what people must do about it. */
export function* losses(original: CapturedManaged): Generator<string> {
  const { server, settings, surroundings } = original;
  const named = (kind: string) =>
    surroundings.filter((one) => one.kind === kind).map(({ name }) => `"${name}"`);
  yield `A flexible server cannot be renamed: the restored one has another host name than "${server}", and the properties of ScalarDL or ScalarDB must be changed to move to it`;
  yield* listed(
    named(REPLICA),
    `Read replicas of "${server}" follow the original for as long as it is there, and the restored server has none`,
  );
  yield* listed(
    named(VIRTUAL_ENDPOINT),
    `Virtual endpoints lead to "${server}" and not to the restored server: their names can be used again only once they are deleted`,
  );
  yield* listed(
    named(LOCK),
    `Locks are not put on the restored server, since abandoning the run could not delete it then: put them on once you have moved to it`,
  );
  yield* listed(
    named(LOCK_ABOVE),
    `Locks of the resource group or subscription hold for the restored server too: abandoning the run cannot delete it before they are taken off`,
  );
  yield* listed(
    named(PRIVATE_ENDPOINT),
    `Private endpoints are made anew beside those of the original, for which this identity must be allowed to join their subnets and zones`,
  );
  const key = settings["dataEncryption.primaryKeyURI"];
  if (key !== undefined)
    yield `"${server}" is encrypted with ${key}: a restore needs that key and its identity for as long as it runs`;
  yield "Not restored, and not looked at: activity log and log search alerts, alerts of other resource groups, threat protection, long-term backups, Azure Policy, and what of DNS leads to the host name";
  yield `"${server}" keeps its backups; the restored server's own begin with the restore. Of a server that is deleted Azure keeps them for some days (MySQL five): \`az mysql flexible-server restore\` and PostgreSQL's create mode ReviveDropped bring it back`;
}

function* listed(names: readonly string[], text: string): Generator<string> {
  if (names.length > 0) yield `${text}: ${names.join(", ")}`;
}
