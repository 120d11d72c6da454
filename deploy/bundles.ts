import { join } from "node:path";
import { bundle } from "./bundle.ts";
import { FUNCTION_NAMES, type FunctionName } from "./function-names.ts";

export interface BundleSize {
  readonly name: FunctionName;
  /** Of everything but what is loaded for Kubernetes only. */
  readonly bytes: number;
  readonly withKubernetesBytes: number;
}

/** Bundles all functions, each into a folder of its name below `dist`. */
export async function bundleAll(dist: string): Promise<readonly BundleSize[]> {
  return Promise.all(FUNCTION_NAMES.map((name) => bundleOne(name, join(dist, name))));
}

async function bundleOne(name: FunctionName, folder: string): Promise<BundleSize> {
  const { outputs } = await bundle(name, folder);
  const files = Object.entries(outputs).map(([path, { bytes }]) => ({
    bytes,
    kubernetes: isKubernetes(path),
  }));
  const sum = (of: typeof files) => of.reduce((total, { bytes }) => total + bytes, 0);
  return { name, bytes: sum(files.filter(({ kubernetes }) => !kubernetes)), withKubernetesBytes: sum(files) };
}

/** The file that shared/admin/kubernetes/kube-config.ts is bundled to. */
export function isKubernetes(path: string): boolean {
  return /(?:^|[/\\])kube-config-[^/\\]+\.mjs$/.test(path);
}
