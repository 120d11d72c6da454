import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { clusterSource } from "../../shared/config/cluster-material.ts";
import type { KubernetesAccess } from "../../shared/config/config.ts";
import { checkConfig, loadConfig, showProblem } from "../../shared/config/load-config.ts";
import { deploymentWith, fileWith } from "./files.ts";

const release = (more: string) =>
  deploymentWith(`components: { ledger: { instances: { kubernetes: { release: payments${more} } } } }`);

async function loaded(more: string) {
  const path = await fileWith(release(more));
  const instances = loadConfig(path, {}).deployments[0]?.components[0]?.instances;
  return { folder: dirname(path), instances };
}

test("a release is looked for as kubectl would, in the namespace default", async () => {
  expect((await loaded("")).instances).toEqual({
    kind: "kubernetes",
    release: "payments",
    namespace: "default",
    access: { kind: "kubeconfig" },
  });
});

test("files of an access are found beside the configuration", async () => {
  const kubeconfig = await loaded(", access: { kubeconfig: { file: kube.yml, context: prod } }");
  expect(kubeconfig.instances).toMatchObject({
    access: { kind: "kubeconfig", file: join(kubeconfig.folder, "kube.yml"), context: "prod" },
  });
  const eks = await loaded(
    ', access: { endpoint: "https://10.0.0.1", ca: { file: ca.pem }, eks: { cluster: c, region: r } }',
  );
  expect(eks.instances).toMatchObject({
    access: { kind: "eks", cluster: "c", region: "r", ca: { file: join(eks.folder, "ca.pem") } },
  });
});

const TOKEN = ', access: { endpoint: "https://10.0.0.1", ca: { file: ca.pem }, token: { env: KUBE_TOKEN } }';

test("what an access refers to and is not there is named, each by itself", async () => {
  const path = await fileWith(release(TOKEN));
  const problems = async (env: Record<string, string>) => {
    const check = checkConfig(path, env);
    return check.kind === "usable" ? [] : check.problems.map((problem) => showProblem("", problem));
  };
  expect(await problems({})).toEqual([
    expect.stringMatching(/access\.ca\.file must be readable: ENOENT \(it is "ca\.pem"\)$/),
    expect.stringMatching(/access\.token\.env must name an environment variable that is set/),
  ]);
  await writeFile(join(dirname(path), "ca.pem"), "-----BEGIN CERTIFICATE-----");
  expect(await problems({ KUBE_TOKEN: "secret" })).toEqual([]);
});

test("a token becomes known only where the API server is to be asked", async () => {
  const { instances } = await loaded(TOKEN);
  expect(JSON.stringify(instances)).not.toContain("secret");
  const { access } = instances as { access: KubernetesAccess };
  expect(clusterSource(access, { KUBE_TOKEN: "secret\n" })).toMatchObject({ token: { value: "secret" } });
  expect(() => clusterSource(access, {})).toThrow('environment variable "KUBE_TOKEN": it is not set');
});
