import type { ComponentSource } from "../../../shared/admin/discovery.ts";
import type { ReleaseSource } from "../../../shared/admin/kubernetes/cluster-source.ts";
import type { LocalCluster } from "./local-cluster.ts";

/** What the test does to a Helm release, as its controllers, kubelets and operators would. */
export interface ReleaseWorld {
  readonly namespace: string;
  addPod(name: string, ip?: string): Promise<void>;
  /** What a kubelet writes; what is left out stays. */
  patchStatus(name: string, status: object): Promise<void>;
  patchPod(name: string, change: object): Promise<void>;
  patchDeployment(change: object): Promise<void>;
  /** With a grace period, the pod stays, marked, until somebody removes it; without one it is gone at once. */
  deletePod(name: string, graceS: number): Promise<void>;
  restartContainer(name: string): Promise<void>;
  setReady(name: string, isReady: boolean): Promise<void>;
  /** The release as a component of a deployment, reached as an administrator. */
  component(change?: Partial<ReleaseSource>): ComponentSource & { readonly source: ReleaseSource };
}

export const RELEASE = "payments";

const labels = { "app.kubernetes.io/instance": RELEASE, "app.kubernetes.io/app": "ledger" };
const container = { name: "ledger", image: "ledger", ports: [{ name: "admin", containerPort: 50053 }] };
const NAMESPACE_LENGTH = 8;

/** A release of a Ledger as Scalar's chart makes it, without pods, in a namespace of its own. */
export async function releaseWorld(cluster: LocalCluster, port: number | string): Promise<ReleaseWorld> {
  const namespace = `test-${crypto.randomUUID().slice(0, NAMESPACE_LENGTH)}`;
  const { call } = cluster;
  await call("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await call("POST", deployments, {
    metadata: { name: `${RELEASE}-ledger`, labels },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  });
  const ports = [
    { name: "scalardl", port: 50051, targetPort: 50051 },
    { name: "scalardl-admin", port: 50053, targetPort: port },
  ];
  for (const name of ["ledger-headless", "ledger-metrics"])
    await call("POST", `/api/v1/namespaces/${namespace}/services`, {
      metadata: { name: `${RELEASE}-${name}`, labels },
      spec: { clusterIP: "None", selector: labels, ports },
    });
  const patchStatus = async (name: string, status: object) => {
    await call("PATCH", `${pods}/${name}/status`, { status });
  };
  return {
    namespace,
    component(change) {
      const access = { kind: "kubeconfig", file: cluster.kubeconfig } as const;
      const source = { kind: "kubernetes", release: RELEASE, namespace, cluster: access } as const;
      return { name: "ledger", kind: "ledger", source: { ...source, ...change } };
    },
    patchStatus,
    async addPod(name, ip) {
      // On a node, so that it is deleted as pods are that run: marked first.
      await call("POST", pods, {
        metadata: { name, labels },
        spec: { nodeName: "node-1", containers: [container] },
      });
      if (ip !== undefined) await patchStatus(name, running(name, ip));
    },
    async patchPod(name, change) {
      await call("PATCH", `${pods}/${name}`, change);
    },
    async patchDeployment(change) {
      await call("PATCH", `${deployments}/${RELEASE}-ledger`, change);
    },
    async deletePod(name, graceS) {
      await call("DELETE", `${pods}/${name}`, { gracePeriodSeconds: graceS });
    },
    restartContainer: (name) => patchStatus(name, { containerStatuses: [containerStatus(name, 1)] }),
    setReady: (name, isReady) => patchStatus(name, { conditions: [readiness(isReady)] }),
  };
}

function running(name: string, ip: string): object {
  return {
    phase: "Running",
    podIP: ip,
    podIPs: [{ ip }],
    conditions: [readiness(true)],
    containerStatuses: [containerStatus(name, 0)],
  };
}

function readiness(isReady: boolean): object {
  return isReady
    ? { type: "Ready", status: "True" }
    : { type: "Ready", status: "False", reason: "ContainersNotReady" };
}

function containerStatus(pod: string, restarts: number): object {
  return {
    name: "ledger",
    ready: true,
    restartCount: restarts,
    image: "ledger",
    imageID: "",
    containerID: `containerd://${Buffer.from(`${pod}-${restarts}-of-a-ledger`).toString("hex")}`,
    state: { running: { startedAt: "2026-01-01T00:00:00Z" } },
  };
}
