import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { credentialsFor } from "../../../shared/admin/kubernetes/credentials.ts";
import { newFolder } from "../../catalog/folder.ts";

let home: string;
beforeEach(async () => {
  home = await newFolder();
  vi.stubEnv("HOME", home);
  vi.stubEnv("KUBECONFIG", undefined);
  vi.stubEnv("KUBERNETES_SERVICE_HOST", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const NAMED = (server: string) =>
  `{ clusters: [{ name: c, cluster: { server: "${server}" } }], users: [{ name: u, user: {} }],
     contexts: [{ name: x, context: { cluster: c, user: u } }], current-context: x }`;

test("KUBECONFIG is looked for as kubectl does, and a file that is named comes before it", async () => {
  const [mine, other] = [join(home, "mine"), join(home, "other")];
  await writeFile(mine, NAMED("https://10.0.0.1"));
  await writeFile(other, NAMED("https://10.0.0.2"));
  vi.stubEnv("KUBECONFIG", mine);
  const server = async (file?: string) =>
    (await credentialsFor({ kind: "kubeconfig", ...(file && { file }) })).getCurrentCluster()?.server;
  expect(await server()).toBe("https://10.0.0.1");
  expect(await server(other)).toBe("https://10.0.0.2");
});

test("no access at all is told where it was looked for", async () => {
  await expect(credentialsFor({ kind: "kubeconfig" })).rejects.toMatchObject({
    code: "INSTANCES_NOT_FOUND",
    message:
      "Cannot use the access to Kubernetes: there is no KUBECONFIG, no ~/.kube/config, and no service account of a pod",
  });
});

test("a process that runs in no pod has no account of one", async () => {
  await expect(credentialsFor({ kind: "in-cluster" })).rejects.toThrow(
    "this process does not run in a pod with a service account",
  );
});

test("a kubeconfig that is missing, or names no cluster, cannot be used", async () => {
  const file = join(home, "config");
  await expect(credentialsFor({ kind: "kubeconfig", file })).rejects.toThrow("ENOENT");
  await writeFile(file, "{ clusters: [], users: [], contexts: [] }");
  await expect(credentialsFor({ kind: "kubeconfig", file })).rejects.toThrow("it names no cluster");
});

test("an authority that is none is a problem of the configuration", async () => {
  const access = { kind: "token", endpoint: "https://10.0.0.1", token: { value: "t" } } as const;
  await expect(credentialsFor({ ...access, ca: { pem: "nothing" } })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
  });
});
