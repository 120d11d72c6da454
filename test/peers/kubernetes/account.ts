import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { stringify } from "yaml";
import type { LocalCluster } from "./local-cluster.ts";

/** The least that discovery needs, as the README says it. */
export const LEAST_RULES = [
  { apiGroups: [""], resources: ["pods", "services"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch"] },
] as const;

const ACCOUNT = "least";

/** A service account that may do this much in one namespace; answers its token. */
export async function accountWith(
  { call }: LocalCluster,
  namespace: string,
  rules: readonly object[],
): Promise<string> {
  const name = ACCOUNT;
  const metadata = { name };
  const core = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  await call("POST", core, { metadata });
  await call("POST", `${rbac}/roles`, { metadata, rules });
  await call("POST", `${rbac}/rolebindings`, {
    metadata,
    subjects: [{ kind: "ServiceAccount", name, namespace }],
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
  });
  const { status } = (await call("POST", `${core}/${name}/token`, { spec: {} })) as {
    status: { token: string };
  };
  return status.token;
}

/** Takes all rights from the account, and waits until the API server knows it. */
export async function takeRights({ call }: LocalCluster, namespace: string): Promise<void> {
  await call("DELETE", `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings/${ACCOUNT}`);
  const question = {
    spec: {
      user: `system:serviceaccount:${namespace}:${ACCOUNT}`,
      resourceAttributes: { namespace, verb: "watch", resource: "pods" },
    },
  };
  await vi.waitFor(async () => {
    const answer = await call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", question);
    expect(answer).toMatchObject({ status: { allowed: false } });
  });
}

/** A kubeconfig that gets its token from a program, as those of EKS and AKS do. */
export async function kubeconfigWithProgram(
  { endpoint, ca }: LocalCluster,
  folder: string,
  token: string,
): Promise<string> {
  const credential = join(folder, "credential.json");
  const kind = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential" };
  await writeFile(credential, JSON.stringify({ ...kind, status: { token } }));
  const path = join(folder, "program.kubeconfig");
  const exec = { apiVersion: kind.apiVersion, command: "cat", args: [credential], interactiveMode: "Never" };
  await writeFile(
    path,
    stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: endpoint, "certificate-authority": ca } }],
      users: [{ name: "u", user: { exec } }],
      contexts: [{ name: "prod", context: { cluster: "c", user: "u" } }],
    }),
  );
  return path;
}
