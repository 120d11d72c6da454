import * as z from "zod";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { Service } from "./admin-port.ts";
import type { ApiServer, Query, Unanswered } from "./api-server.ts";
import type { ReleaseSource } from "./cluster-source.ts";
import { patiently } from "./patience.ts";
import { Pod } from "./pod.ts";
import type { Product } from "./product.ts";

const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ metadata: z.object({ resourceVersion: z.string() }), items: z.array(item) });

const Pods = listOf(Pod);
const Services = listOf(Service);
const Deployments = listOf(
  z.object({ metadata: z.object({ name: z.string(), resourceVersion: z.string() }) }),
);

const APP = "app.kubernetes.io/app";
const LabelledPods = listOf(
  z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }) }),
);

/** What there is of a release, all of it asked at about the same time. */
export interface Look {
  readonly pods: readonly Pod[];
  /** The version of the list of pods: a watch from there on misses nothing. */
  readonly version: string;
  readonly services: readonly Service[];
  readonly deployments: readonly { readonly name: string; readonly resourceVersion: string }[];
}

/** Where one product's part of a Helm release is. */
export interface Place extends Pick<ReleaseSource, "release" | "namespace"> {
  readonly product: Product;
}

export function podsPath({ namespace }: Pick<Place, "namespace">): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
}

/** Scalar's charts put both labels on everything; Envoy's pods have the first one only. */
export function selectorOf({ release, product }: Place): Query {
  return { labelSelector: `app.kubernetes.io/instance=${release},${APP}=${product.app}` };
}

/** Lists what there is. The lists are the newest state, never one out of a cache that lags behind. */
export async function lookAt(api: ApiServer, place: Place, limitMs: number): Promise<Look> {
  const of = `/namespaces/${encodeURIComponent(place.namespace)}`;
  const failures: Failure[] = [];
  const ask = async <T>(path: string, shape: z.ZodType<T>): Promise<T | undefined> => {
    const answer = await patiently(limitMs, (leftMs) => api.get(path, selectorOf(place), leftMs));
    const parsed = answer.kind === "answered" ? shape.safeParse(answer.body) : undefined;
    if (parsed?.success) return parsed.data;
    const noList = { kind: "silent", message: "an answer that is no such list" } as const;
    failures.push({ path, answer: answer.kind === "answered" ? noList : answer });
    return undefined;
  };
  const [pods, services, deployments] = await Promise.all([
    ask(podsPath(place), Pods),
    ask(`/api/v1${of}/services`, Services),
    ask(`/apis/apps/v1${of}/deployments`, Deployments),
  ]);
  if (pods === undefined || services === undefined || deployments === undefined)
    throw new StillpointError(
      "INSTANCES_NOT_FOUND",
      `Cannot ask the Kubernetes API server "${api.address}" for release "${place.release}": ${failuresText(failures)}`,
    );
  return {
    pods: pods.items,
    version: pods.metadata.resourceVersion,
    services: services.items,
    deployments: deployments.items.map(({ metadata }) => metadata),
  };
}

/** Which products the pods of the release belong to, by their labels; none where nobody says. */
export async function appsOf(api: ApiServer, place: Place, limitMs: number): Promise<readonly string[]> {
  const query = { labelSelector: `app.kubernetes.io/instance=${place.release}` };
  const answer = await api.get(podsPath(place), query, limitMs);
  const pods = answer.kind === "answered" ? (LabelledPods.safeParse(answer.body).data?.items ?? []) : [];
  return [...new Set(pods.flatMap(({ metadata }) => metadata.labels[APP] ?? []))];
}

export interface Failure {
  readonly path: string;
  readonly answer: Unanswered;
}

const FORBIDDEN = 403;

/** In words, each once, with what to do about it where that is known. */
export function failuresText(failures: readonly Failure[]): string {
  const texts = new Set(failures.map(failureText));
  if (failures.some(({ answer }) => answer.kind === "refused" && answer.status === FORBIDDEN))
    texts.add("it needs a Role with the verbs get, list and watch on pods, services and deployments.apps");
  return [...texts].join("; ");
}

function failureText({ path, answer }: Failure): string {
  if (answer.kind === "silent") return answer.message;
  // What is forbidden says already of what.
  return answer.status === FORBIDDEN ? answer.message : `${path}: ${answer.message} (${answer.status})`;
}
