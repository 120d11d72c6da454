import { quoted } from "../../errors/quoted.ts";
import { containerName } from "./captured.ts";
import type { CosmosdbPlan } from "./plan.ts";

/** What a restored account does not have, and what people must do about it. */
export function* losses({ accounts, mode }: CosmosdbPlan): Generator<string> {
  for (const { target, original, wasDeleted, deletedSince } of accounts) {
    const { account, settings, containers } = original;
    if (wasDeleted)
      yield `Account "${original.account}" was deleted since the backup: its history is kept for as long as its tier says, and what was set since is not known`;
    if (deletedSince.length > 0)
      yield `Deleted since the backup, or deleted and made again, and in "${target}" as they were then: ${deletedSince.join(", ")}`;
    if (mode === "in-place")
      yield `Account "${target}" has another endpoint and other keys than "${account}": the properties of ScalarDL or ScalarDB must be changed. The end of the restore tells how`;
    for (const { id } of original.locksAbove)
      yield `Lock "${id}" holds for what the restore makes, too: take it off, or the restore stops when it is to delete the later coordinator, and goes on once the lock is off and the run is resumed`;
    const expiring = containers.filter(({ ttl }) => ttl !== null).map(containerName);
    if (expiring.length > 0) yield ttlText(expiring, mode);
    if (settings.customerKey !== null)
      yield `Account "${account}" is encrypted with a key of your own (${settings.customerKey.uri}): that "${target}" is too has to be looked at, and is compared at the end; Azure may refuse to restore it without an identity that may fetch the key`;
    if (mode === "side-by-side")
      yield `Account "${target}" stays closed but for the way by which it is verified, without the tags, identities, role assignments, private endpoints, diagnostic settings, locks and further regions of "${account}"`;
    else {
      if (settings.regions.length > 1)
        yield `Regions are added after the restore, which takes hours for much data: ${settings.regions.map(({ name }) => name).join(", ")}`;
      if (settings.localAuthDisabled)
        yield `The identity that restores stays a reader of the data of "${target}", whose keys are switched off: delete its role assignment afterwards`;
      if (settings.identity.system)
        yield `The identity that "${account}" has of its own is another one in "${target}": what was granted to it must be granted again`;
    }
    if (original.unread.length > 0) yield `Not looked at, and lost where set: ${original.unread.join("; ")}`;
    yield `Alerts, policies and dashboards that name "${account}" do not know "${target}"; an analytical store is not restored`;
  }
}

function ttlText(containers: readonly string[], mode: CosmosdbPlan["mode"]): string {
  const names = quoted(containers);
  return mode === "in-place"
    ? `Time to live is off while ${names} are verified, and is set again at the end: what has expired since is deleted then`
    : `Time to live stays off in ${names}, so that nothing is deleted`;
}
