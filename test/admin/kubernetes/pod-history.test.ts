import { describe, expect, test } from "vitest";
import { PodHistory } from "../../../shared/admin/kubernetes/pod-history.ts";
import { aPod } from "./pods.ts";

const one = aPod({ name: "ledger-1", version: 10 });
const two = aPod({ name: "ledger-2", version: 11 });
const history = () => new PodHistory([one, two], "12");
const LOST = "what happened to the pods was not seen throughout: forgotten";

test("a status that changes nothing is no reason", () => {
  const pods = history();
  pods.take("MODIFIED", aPod({ name: "ledger-1", version: 13 }));
  expect(pods.reasons).toEqual([]);
  expect(pods.version).toBe("13");
});

test("what passes is a reason still", () => {
  const pods = history();
  pods.take("MODIFIED", aPod({ name: "ledger-1", version: 13, ready: false }));
  pods.take("MODIFIED", aPod({ name: "ledger-1", version: 14 }));
  expect(pods.reasons).toEqual(['pod "ledger-1" is not Ready (ContainersNotReady)']);
});

test("a restart is a reason, told once", () => {
  const pods = history();
  for (const version of [13, 14])
    pods.take("MODIFIED", aPod({ name: "ledger-1", version, containers: [{ restarts: 1 }] }));
  expect(pods.reasons).toHaveLength(1);
  expect(pods.reasons[0]).toContain("restarted a container");
});

test("a pod that goes with a mark was deleted, one without left, and a new one appeared", () => {
  const pods = history();
  pods.take("DELETED", aPod({ name: "ledger-1", version: 13, deleted: true }));
  pods.take("DELETED", aPod({ name: "ledger-2", version: 14 }));
  pods.take("ADDED", aPod({ name: "ledger-3", version: 15, ip: undefined }));
  expect(pods.reasons).toEqual([
    'pod "ledger-1" was deleted',
    'pod "ledger-2" left the release: it was deleted, or its labels match no more',
    'pod "ledger-3" appeared',
  ]);
});

test("an evicted pod may come and go", () => {
  const evicted = (version: number) => aPod({ name: "old", version, phase: "Failed", containers: [] });
  const pods = history();
  pods.take("ADDED", evicted(13));
  pods.take("MODIFIED", evicted(14));
  pods.take("DELETED", evicted(15));
  expect(pods.reasons).toEqual([]);
});

test("what is told again is heard once", () => {
  const pods = history();
  pods.take("ADDED", one);
  pods.take("MODIFIED", two);
  expect(pods.reasons).toEqual([]);
});

test("a version is never taken back", () => {
  const pods = history();
  pods.reached("9");
  expect(pods.version).toBe("12");
  // As numbers: a later one may have more digits.
  pods.reached("100");
  expect(pods.version).toBe("100");
});

describe("a list", () => {
  test("is caught up with when the newest of every pod was told", () => {
    const pods = history();
    expect(pods.hasCaughtUp([one, two])).toBe(true);
    const newer = aPod({ name: "ledger-2", version: 13 });
    expect(pods.hasCaughtUp([one, newer])).toBe(false);
    pods.take("MODIFIED", newer);
    expect(pods.hasCaughtUp([one, newer])).toBe(true);
  });

  test("is caught up with when every pod that it lacks was told to be gone", () => {
    const pods = history();
    expect(pods.hasCaughtUp([one])).toBe(false);
    pods.take("DELETED", aPod({ name: "ledger-2", version: 13 }));
    expect(pods.hasCaughtUp([one])).toBe(true);
  });
});

describe("a gap", () => {
  test("in which nobody wrote to a pod lost nothing", () => {
    const pods = history();
    pods.bridge([two, one], "20", "forgotten");
    expect(pods.reasons).toEqual([]);
    expect(pods.version).toBe("20");
  });

  test.each([
    ["a pod was written to", [aPod({ name: "ledger-1", version: 15 }), two]],
    ["a pod went", [one]],
    ["a pod came", [one, two, aPod({ name: "ledger-3", version: 15 })]],
    ["a pod was replaced", [aPod({ name: "ledger-1", uid: "other", version: 10 }), two]],
  ])("in which %s is a reason, since the rest is unknown", (_what, listed) => {
    const pods = history();
    pods.bridge(listed, "20", "forgotten");
    expect(pods.reasons).toEqual([LOST]);
    expect(pods.hasCaughtUp(listed)).toBe(true);
  });
});
