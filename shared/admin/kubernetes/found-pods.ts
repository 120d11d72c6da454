import { quoted } from "../../errors/quoted.ts";
import type { Instance } from "../../pause/instance.ts";
import type { Address } from "../instance-address.ts";
import { adminPort, type PortTarget, portAt } from "./admin-port.ts";
import { identityOf, isFinished, type Pod, troubleOf } from "./pod.ts";
import type { Look, Place } from "./release.ts";

/** The pods of a release as instances, with everything that speaks against them. */
export interface FoundPods {
  readonly addresses: readonly PodAddress[];
  readonly problems: readonly string[];
  /** Pods that are there, or will be, and cannot be asked. */
  readonly unaddressed: readonly string[];
}

type PodAddress = Address & Required<Pick<Instance, "uid" | "pod">>;

export interface PodPlace extends Place {
  /** The admin port, where it is not the one that the headless service names. */
  readonly port: number | undefined;
  /** The API server that knows the pods. */
  readonly server: string;
}

export function foundPods(look: Look, place: PodPlace): FoundPods {
  const pods = look.pods.filter((pod) => !isFinished(pod));
  if (pods.length === 0) return { addresses: [], problems: [], unaddressed: [] };
  const target: PortTarget =
    place.port === undefined
      ? adminPort(look.services, place.product.portName)
      : { kind: "target", port: place.port };
  const found = pods.map((pod) => ({ pod, address: addressOf(pod, target, place) }));
  return {
    addresses: found.flatMap(({ address }) => address ?? []),
    problems: [
      ...deploymentProblems(look),
      ...(target.kind === "unclear" ? [target.message] : []),
      ...pods.flatMap((pod) => podProblems(pod, target)),
    ],
    unaddressed: found.filter(({ address }) => address === undefined).map(({ pod }) => pod.metadata.name),
  };
}

function addressOf(pod: Pod, target: PortTarget, { namespace, server }: PodPlace): PodAddress | undefined {
  const host = pod.status.podIP;
  const port = target.kind === "target" ? portAt(target.port, pod) : undefined;
  if (host === undefined || port === undefined) return undefined;
  return { host, port, uid: identityOf(pod), pod: { namespace, name: pod.metadata.name, server } };
}

function podProblems(pod: Pod, target: PortTarget): readonly string[] {
  const named = `pod "${pod.metadata.name}"`;
  const trouble = troubleOf(pod);
  const isNameless = target.kind === "target" && portAt(target.port, pod) === undefined;
  return [
    ...(trouble === undefined ? [] : [`${named} ${trouble}`]),
    ...(isNameless
      ? [`${named} has no container port named "${target.port}", which the service leads to`]
      : []),
  ];
}

/** Pods of several deployments are several installations under one name. */
function deploymentProblems({ deployments }: Look): readonly string[] {
  if (deployments.length === 1) return [];
  if (deployments.length === 0) return ["its pods have no deployment"];
  return [`${quoted(deployments.map(({ name }) => name))} are several deployments`];
}
