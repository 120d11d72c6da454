import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { BackupOutput } from "../../../functions/cli/json/backup.ts";
import { catalogOver } from "../../../shared/catalog/catalog.ts";
import { fileStore } from "../../../shared/catalog/file-store.ts";
import { ERRORS } from "../../../shared/errors/table.ts";
import { configured, stillpoint } from "../../cli/stillpoint.ts";
import { create, type Documented, documented, manifest, type PodTemplate, tokenOf } from "./manifest.ts";
import { type PoddedWorld, poddedWorld } from "./podded-world.ts";
import { lookAt } from "./two-looks.ts";

/** Time to see that a pod cannot be started: what is on the schedule is not done later than this. */
const LATENESS_S = 600;

let world: PoddedWorld;
let documents: readonly Documented[];
beforeAll(async () => {
  world = await poddedWorld();
  documents = await manifest(world.release.namespace);
});
afterAll(() => world[Symbol.asyncDispose]());

const cronJob = () => documented(documents, "CronJob");
const backupPod = (): PodTemplate => cronJob().spec.jobTemplate.spec.template;
const sweepPod = (): PodTemplate => documented(documents, "Deployment").spec.template;
const wordsOf = ({ spec }: PodTemplate) => spec.containers[0].args;

/** What the controllers make of a template. */
const podOf = ({ metadata, spec }: PodTemplate, name: string): Documented => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...metadata, name, namespace: "stillpoint" },
  spec,
});

test("every object of the manifest is taken by the API server, without a field that it does not know", async () => {
  for (const document of documents) await create(world.cluster, document);
  expect(documents.map(({ kind }) => kind)).toEqual([
    "Namespace",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ConfigMap",
    "Deployment",
    "CronJob",
  ]);
});

test("what the API server does not know or cannot do, it refuses", async () => {
  const other = (change: object): Documented => ({
    ...cronJob(),
    metadata: { name: "other", namespace: "stillpoint" },
    spec: { ...cronJob().spec, ...change },
  });
  const refused = (change: object) => expect(create(world.cluster, other(change))).rejects;
  await refused({ startingDeadline: 300 }).toThrow('unknown field \\"spec.startingDeadline\\"');
  await refused({ schedule: "0 25 * * *" }).toThrow("spec.schedule: Invalid value");
  await refused({ timeZone: "Asia/Edo" }).toThrow("unknown time zone Asia/Edo");
});

test("pods of the backup and of the sweep keep to the restricted pod security standard", async () => {
  await create(world.cluster, podOf(backupPod(), "backup"));
  await create(world.cluster, podOf(sweepPod(), "sweep"));
  const lax = { ...backupPod(), spec: { ...backupPod().spec, securityContext: {} } };
  await expect(create(world.cluster, podOf(lax, "lax"))).rejects.toThrow(
    'violates PodSecurity \\"restricted:latest\\"',
  );
});

test("a backup is not begun late, not begun twice, and has the time to unpause when it must end", () => {
  const { concurrencyPolicy, startingDeadlineSeconds, jobTemplate } = cronJob().spec;
  const { activeDeadlineSeconds, backoffLimit, template } = jobTemplate.spec;
  expect({ concurrencyPolicy, backoffLimit, restartPolicy: template.spec.restartPolicy }).toEqual({
    concurrencyPolicy: "Forbid",
    backoffLimit: 0,
    restartPolicy: "Never",
  });
  expect(startingDeadlineSeconds + activeDeadlineSeconds).toBe(LATENESS_S);
  const longestS = 60;
  expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(longestS);
});

test("a backup's pod is kept from the node of the sweep, which has the labels that it names", () => {
  const [rule] =
    (backupPod().spec["affinity"] as { podAntiAffinity: Record<string, readonly object[]> }).podAntiAffinity[
      "requiredDuringSchedulingIgnoredDuringExecution"
    ] ?? [];
  expect(rule).toEqual({
    topologyKey: "kubernetes.io/hostname",
    labelSelector: { matchLabels: sweepPod().metadata.labels },
  });
});

test("the account of the manifest may do what discovery needs", async () => {
  const token = await tokenOf(world.cluster, documented(documents, "ServiceAccount"));
  const { endpoint, ca } = world.cluster;
  const looking = await lookAt(world.release, {
    cluster: { kind: "token", endpoint, ca: { file: ca }, token: { value: token } },
  });
  expect(looking.before.instances).toHaveLength(world.gates.length);
  expect(await looking.reasons()).toBe("");
  looking.close();
});

test("the backup of the manifest pauses nothing without a sweep, and is valid with one", async () => {
  const token = await tokenOf(world.cluster, documented(documents, "ServiceAccount"));
  await using folder = await configured(hereInstead());
  const words = ["-c", folder.config, ...wordsOf(backupPod()), "--json"];
  const backup = () => stillpoint(words, { env: { KUBERNETES_TOKEN: token } });
  expect(wordsOf(sweepPod())).toEqual(["sweep", "--watch"]);
  expect(await backup()).toMatchObject({ status: ERRORS.SWEEP_SILENT.exit });
  const { sweeps } = catalogOver(fileStore(join(dirname(folder.config), "catalog")));
  const nowMs = Date.now();
  const sign = {
    host: "sweep-0",
    process: 1,
    of: { kind: "watch" },
    sinceMs: nowMs,
    intervalMs: 60_000,
  } as const;
  await sweeps.begin(sign, nowMs);
  const { status, stdout } = await backup();
  expect(status).toBe(0);
  expect(BackupOutput.parse(JSON.parse(stdout))).toMatchObject({ deployment: "payments", verdict: "valid" });
});

/** The deployments of the manifest, with the cluster, the database and the catalog of this test. */
function hereInstead(): object {
  const { deployments } = parse(documented(documents, "ConfigMap").data?.["stillpoint.yml"] ?? "");
  const { payments } = deployments;
  const { kubernetes } = payments.components.ledger.instances;
  expect(kubernetes).toEqual({ release: "payments", namespace: "default", access: "in-cluster" });
  const { endpoint, ca } = world.cluster;
  Object.assign(kubernetes, {
    namespace: world.release.namespace,
    access: { endpoint, ca: { file: ca }, token: { env: "KUBERNETES_TOKEN" } },
  });
  Object.assign(payments.databases.main, world.database);
  return deployments;
}
