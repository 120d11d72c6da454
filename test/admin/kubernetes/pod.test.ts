import { describe, expect, test } from "vitest";
import { identityOf, isFinished, isGone, Pod, troubleOf } from "../../../shared/admin/kubernetes/pod.ts";
import { aPod } from "./pods.ts";

test("a pod that was only just made has neither address nor state", () => {
  const pod = Pod.parse({
    metadata: { name: "a", uid: "u", resourceVersion: "1" },
    spec: { containers: [{}] },
  });
  expect(troubleOf(pod)).toBe("has no address (Unknown)");
  expect(identityOf(pod)).toBe("u");
});

test("the identity is the pod's uid and what its containers are, whatever order they are told in", () => {
  const [ledger, envoy] = [
    { name: "ledger", restarts: 2 },
    { name: "envoy", id: "docker://ffff" },
  ];
  const pod = aPod({ containers: [ledger, envoy] });
  expect(identityOf(pod)).toBe("uid-of-ledger-1 envoy#0:ffff ledger#2:0123456789ab");
  expect(identityOf(aPod({ containers: [envoy, ledger], version: 9 }))).toBe(identityOf(pod));
});

test.each([
  ["runs and is Ready", aPod(), undefined],
  ["is being deleted, though it is Ready", aPod({ deleted: true }), "is being deleted"],
  ["is not Ready", aPod({ ready: false }), "is not Ready (ContainersNotReady)"],
  ["has no address", aPod({ ip: undefined, phase: "Pending" }), "has no address (Pending)"],
])("a pod that %s is told what is wrong with it", (_what, pod, trouble) => {
  expect(troubleOf(pod)).toBe(trouble);
});

test("a pod is finished when its phase says so and nothing of it runs any more", () => {
  expect(isFinished(aPod({ phase: "Failed", containers: [] }))).toBe(true);
  expect(isFinished(aPod({ phase: "Succeeded", containers: [{ state: "terminated" }] }))).toBe(true);
  // A node that is cut off may run it still.
  expect(isFinished(aPod({ phase: "Failed" }))).toBe(false);
  expect(isFinished(aPod({ containers: [{ state: "terminated" }] }))).toBe(false);
});

describe("what was recorded", () => {
  const recorded = identityOf(aPod({ containers: [{ name: "ledger" }, { name: "envoy" }] }));

  test("is there though a container was restarted: perhaps before our Pause reached it", () => {
    const restarted = [{ name: "ledger", restarts: 1 }, { name: "envoy" }];
    expect(isGone(recorded, aPod({ containers: restarted }))).toBe(false);
    expect(isGone(recorded, aPod({ containers: [{ state: "terminated" }] }))).toBe(false);
  });

  test("is gone when the pod is another one", () => {
    expect(isGone(recorded, aPod({ uid: "other" }))).toBe(true);
  });

  test("is gone when the pod has ended for good", () => {
    const ended = { phase: "Failed", containers: [{ state: "terminated" }] } as const;
    expect(isGone(recorded, aPod(ended))).toBe(true);
  });
});
