import * as z from "zod";

const Container = z.object({
  name: z.string(),
  restartCount: z.number().int(),
  containerID: z.string().default(""),
  state: z.object({ running: z.unknown().optional() }).default({}),
});

/** What is read of a pod. */
export const Pod = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    containers: z.array(
      z.object({
        ports: z
          .array(z.object({ name: z.string().optional(), containerPort: z.number().int() }))
          .default([]),
      }),
    ),
  }),
  status: z
    .object({
      phase: z.string().default("Unknown"),
      podIP: z.string().optional(),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string().optional() }))
        .default([]),
      containerStatuses: z.array(Container).default([]),
    })
    .prefault({}),
});
export type Pod = z.output<typeof Pod>;

/** An evicted pod lingers as Failed, sometimes for days. It counts only while one of its containers still runs. */
export function isFinished({ status }: Pod): boolean {
  const over = status.phase === "Succeeded" || status.phase === "Failed";
  return over && status.containerStatuses.every(({ state }) => state.running === undefined);
}

/** Why a pod cannot be one of a window's instances, where it cannot. A deleted pod stays Ready until it is gone. */
export function troubleOf({ metadata, status }: Pod): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return "is being deleted";
  if (status.podIP === undefined) return `has no address (${status.phase})`;
  const ready = status.conditions.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return undefined;
  return `is not Ready (${ready?.reason ?? status.phase})`;
}

/** Docker shows as much of a container's id. */
const ID_LENGTH = 12;

/**
 * The pod's uid and its containers as they run now, as one text that a catalog keeps. Neither the resource version
 * nor the generation: they move with every status that somebody writes.
 */
export function identityOf({ metadata, status }: Pod): string {
  const containers = status.containerStatuses.map(containerText).sort();
  return [metadata.uid, ...containers].join(" ");
}

function containerText({ name, restartCount, containerID }: z.output<typeof Container>): string {
  return `${name}#${restartCount}:${containerID.replace(/^.*:\/\//, "").slice(0, ID_LENGTH)}`;
}

/**
 * Whether the recorded pod is no more, or has ended for good. One whose container was restarted is still there: the
 * restart may have come before our Pause, and then it is the new process that holds it.
 */
export function isGone(recorded: string, pod: Pod): boolean {
  const [uid] = recorded.split(" ");
  return uid !== pod.metadata.uid || isFinished(pod);
}
