import { expect, test } from "vitest";
import { type Service, Service as ServiceShape } from "../../../shared/admin/kubernetes/admin-port.ts";
import { foundPods, type PodPlace } from "../../../shared/admin/kubernetes/found-pods.ts";
import type { Look } from "../../../shared/admin/kubernetes/release.ts";
import { aPod } from "./pods.ts";

const place: PodPlace = {
  release: "payments",
  namespace: "default",
  product: { app: "ledger", portName: "scalardl-admin" },
  port: undefined,
  server: "https://10.0.0.1",
};

function service(name: string, ports: readonly object[]): Service {
  return ServiceShape.parse({ metadata: { name }, spec: { ports } });
}

const headless = (targetPort: number | string) =>
  service("payments-headless", [
    { name: "scalardl", targetPort: 50051 },
    { name: "scalardl-admin", targetPort },
  ]);

function look(change: Partial<Look> = {}): Look {
  const deployments = [{ name: "payments-ledger", resourceVersion: "1" }];
  return { pods: [aPod()], version: "2", services: [headless(50053)], deployments, ...change };
}

const problemsOf = (change: Partial<Look>) => foundPods(look(change), place).problems;

test("pods are instances at their own address and the target of the service's port", () => {
  const services = [service("payments-envoy", []), headless(50099)];
  expect(foundPods(look({ services }), place)).toMatchObject({
    addresses: [{ host: "10.0.0.1", port: 50099, pod: { name: "ledger-1", server: "https://10.0.0.1" } }],
    problems: [],
    unaddressed: [],
  });
});

test("a named target is the port of that name at each pod, or a problem", () => {
  expect(foundPods(look({ services: [headless("admin")] }), place).addresses).toMatchObject([
    { port: 50053 },
  ]);
  expect(foundPods(look({ services: [headless("adm")] }), place)).toMatchObject({
    addresses: [],
    problems: ['pod "ledger-1" has no container port named "adm", which the service leads to'],
    unaddressed: ["ledger-1"],
  });
});

test("a port that is configured needs no service", () => {
  const found = foundPods(look({ services: [] }), { ...place, port: 60054 });
  expect(found).toMatchObject({ addresses: [{ port: 60054 }], problems: [] });
});

test("a service that is not clear is a problem", () => {
  expect(problemsOf({ services: [] })).toEqual(['there is no service whose name ends in "-headless"']);
  const two = [headless(1), service("other-headless", [])];
  expect(problemsOf({ services: two })).toEqual([
    '"payments-headless", "other-headless" are several services whose name ends in "-headless"',
  ]);
  expect(problemsOf({ services: [service("payments-headless", [{ name: "a", targetPort: 1 }])] })).toEqual([
    'service "payments-headless" has no port named "scalardl-admin", only: "a"',
  ]);
});

test("pods belong to one deployment", () => {
  expect(problemsOf({ deployments: [] })).toEqual(["its pods have no deployment"]);
  const two = ["blue", "green"].map((name) => ({ name, resourceVersion: "1" }));
  expect(problemsOf({ deployments: two })).toEqual(['"blue", "green" are several deployments']);
});

test("pods that have finished are none, and a release without any has no problems", () => {
  const pods = [aPod({ phase: "Failed", containers: [] })];
  expect(foundPods(look({ pods, services: [], deployments: [] }), place)).toEqual({
    addresses: [],
    problems: [],
    unaddressed: [],
  });
});
