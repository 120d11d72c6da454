import { expect, test } from "vitest";
import type { AwsHost } from "../../../functions/aws/host.ts";
import { keptDeployment } from "../../../functions/restore/kept-deployment.ts";
import { catalogOver } from "../../../shared/catalog/catalog.ts";
import type { Config, Deployment } from "../../../shared/config/config.ts";
import { memoryStore } from "../../catalog/memory-store.ts";

const client = { certificate: { pem: "a certificate" }, key: { env: "CLIENT_KEY" } };
const ledger = { name: "ledger", kind: "ledger", paused: true, instances: { kind: "list", addresses: [] } };

function hostWith(secrets: Record<string, string>): AwsHost {
  const deployments = [
    { name: "orders", components: [ledger], databases: [] },
    { name: "payments", components: [{ ...ledger, tls: { client } }], databases: [] },
  ] as unknown as readonly Deployment[];
  return {
    config: { path: "stillpoint.yml", deployments } as unknown as Config,
    aws: { secrets } as unknown as AwsHost["aws"],
    catalog: catalogOver(memoryStore()),
    env: {},
    network: "nowhere",
    telemetry: {} as AwsHost["telemetry"],
  };
}

const failureOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

test("secrets that cannot be read now end the invocation, and not an execution that is hours old", () => {
  const host = hostWith({ CLIENT_KEY: "/stillpoint/client-key" });
  expect(failureOf(() => keptDeployment(host, "payments"))).toMatchObject({
    code: "CONFIG_INVALID",
    isUnrecoverableInvocation: true,
  });
});

test("a configuration that cannot be used ends the execution", () => {
  expect(failureOf(() => keptDeployment(hostWith({}), "payments"))).toEqual(
    expect.not.objectContaining({ isUnrecoverableInvocation: true }),
  );
});

test("a deployment that was closed for another is not given out again", () => {
  const host = hostWith({});
  const first = keptDeployment(host, "orders");
  expect(keptDeployment(host, "orders")).toBe(first);
  failureOf(() => keptDeployment(host, "payments"));
  expect(keptDeployment(host, "orders")).not.toBe(first);
});
