import type { Capture } from "../../backup/effects.ts";
import { containerName } from "../../restore/cosmosdb/captured.ts";
import { isServerless } from "./capture.ts";
import { type Contents, type Naming, nameOf } from "./contents.ts";
import { secondAfter } from "./time-stamp.ts";

/** The service takes a backup in some minutes after the pause: until then nobody knows whether it will. */
export type Worth = Omit<Capture, "captured"> & { readonly artifact: "pending" };

/** What a backup of it is worth. */
export function worth(contents: Contents, naming: Naming): Worth {
  const { account, restorable, databases, containers } = contents;
  return {
    artifact: "pending",
    identity: [
      account.instanceId ?? "",
      ...databases.map((database) => `${nameOf(database)} ${database.resource?.rid}`),
      ...containers.map((container) => `${containerName(container)} ${container.rid}`),
    ],
    problems: [...problemsOf(contents, naming)],
    coveredFromSecond: secondAfter(restorable?.oldestRestorableTime ?? restorable?.creationTime) ?? 0,
  };
}

function* problemsOf(contents: Contents, naming: Naming): Generator<string> {
  const { account, containers } = contents;
  const { name } = account;
  const state = account.provisioningState ?? "in an unknown state";
  if (state !== "Succeeded") yield `account "${name}" is ${state}`;
  yield* coverageProblems(contents);
  if (account.enableMultipleWriteLocations)
    yield `account "${name}" has several write regions: of those only what its hub has confirmed is restored, and ScalarDB cannot work on it`;
  if (isServerless(account)) yield `account "${name}" is serverless: ScalarDB needs provisioned throughput`;
  const names = new Set(containers.map(containerName));
  for (const needed of [`${naming.coordinatorNamespace}/state`, `${naming.metadataNamespace}/metadata`])
    if (!names.has(needed)) yield `account "${name}" has no container "${needed}": check the namespaces`;
}

function* coverageProblems({ account, restorable, unread }: Contents): Generator<string> {
  const { name, instanceId, backupPolicy } = account;
  if (backupPolicy?.type !== "Continuous") yield `account "${name}" has no continuous backup`;
  else if (unread.length > 0) yield `account "${name}": nobody can tell ${unread.join(", ")}`;
  else if (restorable === undefined)
    yield `account "${name}" (instance ${instanceId}) is not among what the service can restore`;
  else if (restorable.apiType !== undefined && restorable.apiType !== "Sql")
    yield `account "${name}" is of the API ${restorable.apiType}: ScalarDB works on that for NoSQL`;
}
