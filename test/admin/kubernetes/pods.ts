import { Pod } from "../../../shared/admin/kubernetes/pod.ts";

export interface PodChange {
  readonly name?: string;
  readonly uid?: string;
  readonly version?: number;
  readonly ip?: string | undefined;
  readonly phase?: string;
  readonly ready?: boolean;
  readonly deleted?: boolean;
  readonly containers?: readonly ContainerChange[];
}

interface ContainerChange {
  readonly name?: string;
  readonly restarts?: number;
  readonly id?: string;
  readonly state?: "running" | "terminated";
}

const ID = "containerd://0123456789abcdef0123456789abcdef";

/** A pod as the API server tells of it: running and Ready where nothing else is said. */
export function aPod({ containers = [{}], ...change }: PodChange = {}): Pod {
  const { name = "ledger-1", uid = `uid-of-${name}`, version = 1, phase = "Running" } = change;
  const ip = "ip" in change ? change.ip : "10.0.0.1";
  const ready = {
    type: "Ready",
    status: change.ready === false ? "False" : "True",
    reason: "ContainersNotReady",
  };
  return Pod.parse({
    metadata: {
      name,
      uid,
      resourceVersion: String(version),
      ...(change.deleted && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    },
    spec: { containers: [{ name: "ledger", ports: [{ name: "admin", containerPort: 50053 }] }] },
    status: {
      phase,
      ...(ip !== undefined && { podIP: ip }),
      conditions: [ready],
      containerStatuses: containers.map(
        ({ name: of = "ledger", restarts = 0, id = ID, state = "running" }) => ({
          name: of,
          restartCount: restarts,
          containerID: id,
          state: { [state]: {} },
        }),
      ),
    },
  });
}
