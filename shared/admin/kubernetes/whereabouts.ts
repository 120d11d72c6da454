import type { Instance, InstancePod, Whereabouts } from "../../pause/instance.ts";
import type { ApiServer } from "./api-server.ts";
import { patiently } from "./patience.ts";
import { isGone, Pod } from "./pod.ts";
import { failuresText, podsPath } from "./release.ts";

/** Gates may be shut until this is known. */
const LIMIT_MS = 2_000;
const NOT_FOUND = 404;

/** What became of a recorded pod, by its name: its address may be another pod's by now. */
export async function whereaboutsOf(
  instance: Instance,
  pod: InstancePod,
  api: ApiServer,
): Promise<Whereabouts> {
  const named = `pod "${pod.namespace}/${pod.name}"`;
  const unknown = (why: string) => ({ instance, kind: "unknown", message: `${named}: ${why}` }) as const;
  const gone = (why: string) => ({ instance, kind: "gone", message: `${named} ${why}` }) as const;
  // Another cluster does not know the pod, and would say that it is gone while its gate is shut.
  if (pod.server !== api.address)
    return unknown(
      `was known to the API server "${pod.server}", and the one that is asked is "${api.address}"`,
    );
  const path = `${podsPath(pod)}/${encodeURIComponent(pod.name)}`;
  const answer = await patiently(LIMIT_MS, (leftMs) => api.get(path, {}, leftMs));
  switch (answer.kind) {
    case "answered": {
      const now = Pod.safeParse(answer.body).data;
      if (now === undefined) return unknown("an answer that is no pod");
      return isGone(instance.uid ?? "", now)
        ? gone("was replaced, or has ended")
        : { instance, kind: "there" };
    }
    case "refused":
      // A proxy has a 404 of its own; the API server names what it does not have.
      if (answer.status === NOT_FOUND && answer.about === `pods ${pod.name}`) return gone("exists no more");
      return unknown(failuresText([{ path, answer }]));
    case "silent":
      return unknown(answer.message);
    default:
      return answer satisfies never;
  }
}
