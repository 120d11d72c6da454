import { readFile } from "node:fs/promises";
import { parseAllDocuments } from "yaml";
import type { LocalCluster } from "./local-cluster.ts";

const FILE = new URL("../../../docs/kubernetes/cronjob.yml", import.meta.url);
/** Where the manifest takes the release to be. */
const RELEASE_NAMESPACE = "default";

export interface PodTemplate {
  readonly metadata: { readonly labels: object };
  readonly spec: {
    readonly containers: readonly [{ readonly args: readonly string[] } & Record<string, unknown>];
    readonly [setting: string]: unknown;
  };
}

/** An object of the manifest, as far as the tests look into it. */
export interface Documented {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: { readonly "stillpoint.yml": string };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a shape of its own, and the API server knows them all.
  readonly spec?: any;
}

/** Everything in docs/kubernetes/cronjob.yml, for a release in this namespace. */
export async function manifest(releaseNamespace: string): Promise<readonly Documented[]> {
  return parseAllDocuments(await readFile(FILE, "utf8")).map((document) => {
    const found = document.toJS() as Documented;
    if (found.metadata.namespace !== RELEASE_NAMESPACE) return found;
    return { ...found, metadata: { ...found.metadata, namespace: releaseNamespace } };
  });
}

export function documented(documents: readonly Documented[], kind: string): Documented {
  const found = documents.find((document) => document.kind === kind);
  if (found === undefined) throw new Error(`the manifest has no ${kind}`);
  return found;
}

/** As `kubectl create --validate=strict` does: unknown and repeated fields are errors. */
export function create({ call }: LocalCluster, object: Documented): Promise<unknown> {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  const within = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  return call("POST", `${root}${within}/${kind.toLowerCase()}s?fieldValidation=Strict`, object);
}

/** A token of the manifest's account, as its pods have one. */
export async function tokenOf({ call }: LocalCluster, { metadata }: Documented): Promise<string> {
  const path = `/api/v1/namespaces/${metadata.namespace}/serviceaccounts/${metadata.name}/token`;
  return ((await call("POST", path, { spec: {} })) as { status: { token: string } }).status.token;
}
