import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ClusterSource } from "../../../shared/admin/kubernetes/cluster-source.ts";
import { accountWith, kubeconfigWithProgram, LEAST_RULES, takeRights } from "./account.ts";
import { type LocalCluster, localCluster } from "./local-cluster.ts";
import { type ReleaseWorld, releaseWorld } from "./release-world.ts";
import { type Looking, lookAt } from "./two-looks.ts";

let cluster: LocalCluster;
let world: ReleaseWorld;
let looking: Looking | undefined;
beforeAll(async () => {
  cluster = await localCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await releaseWorld(cluster, 50053);
  await world.addPod("ledger-1", "10.0.0.1");
});
afterEach(() => {
  looking?.close();
  looking = undefined;
});

const withToken = (token: string): ClusterSource => ({
  kind: "token",
  endpoint: cluster.endpoint,
  ca: { file: cluster.ca },
  token: { value: token },
});

/** What a backup is told, in an account with these rules. */
async function refusalWith(rules: readonly object[]): Promise<string> {
  const token = await accountWith(cluster, world.namespace, rules);
  return lookAt(world, { cluster: withToken(token) }).then(
    () => "",
    (error: Error) => error.message,
  );
}

test("get, list and watch on pods, services and deployments are enough", async () => {
  const token = await accountWith(cluster, world.namespace, LEAST_RULES);
  looking = await lookAt(world, { cluster: withToken(token) });
  expect(looking.before.instances).toMatchObject([{ host: "10.0.0.1" }]);
  expect(await looking.reasons()).toBe("");
});

test("a token is read from a file too, and a program may give one", async () => {
  const token = await accountWith(cluster, world.namespace, LEAST_RULES);
  const folder = dirname(cluster.ca);
  const file = join(folder, "token");
  await writeFile(file, token);
  looking = await lookAt(world, { cluster: { ...withToken(token), token: { file } } as ClusterSource });
  expect(await looking.reasons()).toBe("");
  looking.close();
  const program = await kubeconfigWithProgram(cluster, folder, token);
  looking = await lookAt(world, { cluster: { kind: "kubeconfig", file: program, context: "prod" } });
  expect(await looking.reasons()).toBe("");
});

test("an account that may do nothing is told everything that it lacks", async () => {
  const refusal = await refusalWith([]);
  for (const resource of ["pods", "services", "deployments"])
    expect(refusal).toContain(`cannot list resource "${resource}"`);
  expect(refusal).toContain(
    "a Role with the verbs get, list and watch on pods, services and deployments.apps",
  );
});

test("an account that may not watch is told so before anything is paused", async () => {
  const rules = LEAST_RULES.map((rule) => ({ ...rule, verbs: ["get", "list"] }));
  const refusal = await refusalWith(rules);
  expect(refusal).toContain('Cannot watch the pods of release "payments": pods is forbidden');
  expect(refusal).toContain("cannot watch resource");
});

test("rights that are taken away inside a window leave it unknown", async () => {
  const token = await accountWith(cluster, world.namespace, LEAST_RULES);
  looking = await lookAt(world, { cluster: withToken(token) });
  await takeRights(cluster, world.namespace);
  await expect(looking.reasons()).rejects.toMatchObject({
    code: "INSTANCES_NOT_FOUND",
    message: expect.stringContaining('cannot watch resource "pods"'),
  });
});

test("a token that nobody gave out is refused", async () => {
  await expect(lookAt(world, { cluster: withToken("stranger") })).rejects.toMatchObject({
    code: "INSTANCES_NOT_FOUND",
    message: expect.stringContaining("Unauthorized (401)"),
  });
});

test("an API server with a certificate of somebody else is not spoken to", async () => {
  const stranger = { kind: "kubeconfig", file: cluster.distrusting } as const;
  await expect(lookAt(world, { cluster: stranger })).rejects.toThrow(
    "its certificate is not signed by the configured CA",
  );
});

test("a context that the kubeconfig does not have is told the ones that it has", async () => {
  const other = { kind: "kubeconfig", file: cluster.kubeconfig, context: "prod" } as const;
  await expect(lookAt(world, { cluster: other })).rejects.toMatchObject({
    code: "INSTANCES_NOT_FOUND",
    message: 'Cannot use the access to Kubernetes: it has no context "prod", only "test"',
  });
});

test("a namespace that is missing has no pods", async () => {
  await expect(lookAt(world, { namespace: "nowhere" })).rejects.toThrow(
    'release "payments" in namespace "nowhere" has no running pods of "ledger"',
  );
});
