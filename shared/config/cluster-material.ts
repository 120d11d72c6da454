import type { ClusterSource } from "../admin/kubernetes/cluster-source.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import type { KubernetesAccess } from "./config.ts";
import { kubernetesFrom } from "./config-from.ts";
import type { Problem, SettingPath } from "./problem.ts";
import { kubernetesSectionsOf } from "./sections.ts";
import { type Environment, readingProblem } from "./tls-material.ts";

/** Access to an API server as discovery takes it, with the token where the environment holds it. */
export function clusterSource(access: KubernetesAccess, env: Environment): ClusterSource {
  if (access.kind !== "token") return access;
  const { token, ...server } = access;
  if ("file" in token) return { ...server, token };
  const { env: variable } = token;
  const value = env[variable];
  if (value !== undefined) return { ...server, token: { value: value.trim() } };
  throw new StillpointError(
    "CONFIG_INVALID",
    `Cannot use the token in the environment variable "${variable}": it is not set; nothing was contacted`,
  );
}

/** Whether everything that the accesses to Kubernetes refer to is there. */
export function clusterProblems(tree: unknown, folder: string, env: Environment): readonly Problem[] {
  return kubernetesSectionsOf(tree).flatMap(({ path, section }) => {
    const { access } = kubernetesFrom(section, folder);
    const at = [...path, "access"];
    switch (access.kind) {
      case "in-cluster":
        return [];
      case "kubeconfig":
        return access.file === undefined ? [] : fileProblems([...at, "kubeconfig", "file"], access.file);
      case "eks":
        return "file" in access.ca ? fileProblems([...at, "ca", "file"], access.ca.file) : [];
      case "token":
        return [
          ...("file" in access.ca ? fileProblems([...at, "ca", "file"], access.ca.file) : []),
          ...tokenProblems([...at, "token"], access.token, env),
        ];
      default:
        return access satisfies never;
    }
  });
}

function tokenProblems(
  path: SettingPath,
  token: (KubernetesAccess & { kind: "token" })["token"],
  env: Environment,
): readonly Problem[] {
  if ("file" in token) return fileProblems([...path, "file"], token.file);
  if (env[token.env] !== undefined) return [];
  return [{ path: [...path, "env"], rule: "must name an environment variable that is set" }];
}

function fileProblems(path: SettingPath, file: string): readonly Problem[] {
  const problem = readingProblem(file);
  return problem === undefined ? [] : [{ path, rule: `must be readable: ${problem}` }];
}
