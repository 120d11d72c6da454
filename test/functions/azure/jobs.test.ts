import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import * as tls from "node:tls";
import { ContainerAppsAPIClient } from "@azure/arm-appcontainers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Jobs, startJob } from "../../../functions/azure/jobs.ts";
import { selfSigned } from "../../../rehearsal/ledger/certificate.ts";
import { armOptions } from "../../../shared/azure/arm/options.ts";
import { AzureSection } from "../../../shared/config/azure-schema.ts";

const SUBSCRIPTION = "11111111-1111-1111-1111-111111111111";
const azure = AzureSection.parse({ subscription: SUBSCRIPTION, location: "japaneast", name: "sp-prod" });
const JOB = `/subscriptions/${SUBSCRIPTION}/resourceGroups/stillpoint/providers/Microsoft.App/jobs/sp-prod-dumps`;
const CONTAINER = {
  name: "stillpoint",
  image: "prod1.azurecr.io/stillpoint@sha256:1",
  args: ["status"],
  resources: { cpu: 2, memory: "4Gi" },
  env: [
    { name: "STILLPOINT_TASK_OF", value: "azure" },
    { name: "DB", secretRef: "vault-db" },
  ],
};

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const cert = selfSigned("Resource Manager", privateKey, { dnsNames: [], ipAddresses: ["127.0.0.1"] });
const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const trusted = tls.getCACertificates("default");

let server: Server;
let asked: { readonly call: string; readonly body: unknown }[];
let refusal: { readonly status: number; readonly body: object } | undefined;
let polls: number;

/** Azure Resource Manager: a job that is there, and a start that goes on for a moment. */
beforeEach(async () => {
  [asked, refusal, polls] = [[], undefined, 0];
  tls.setDefaultCACertificates([...trusted, cert]);
  server = createServer({ cert, key }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const call = `${request.method} ${request.url?.split("?")[0]}`;
    asked.push({ call, body: text === "" ? undefined : JSON.parse(text) });
    const answer = (status: number, body?: object, headers = {}) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(body && JSON.stringify(body));
    };
    const execution = { name: "sp-prod-dumps-abc", id: `${JOB}/executions/sp-prod-dumps-abc` };
    if (call === `GET ${JOB}`)
      return answer(200, {
        id: JOB,
        name: "sp-prod-dumps",
        location: "japaneast",
        properties: { template: { containers: [CONTAINER] } },
      });
    if (call === `POST ${JOB}/start` && refusal) return answer(refusal.status, refusal.body);
    if (call === `POST ${JOB}/start`)
      return answer(202, undefined, {
        location: `https://${request.headers.host}/operation`,
        "retry-after": "0",
      });
    if (call === "GET /operation" && polls++ === 0) return answer(202, undefined, { "retry-after": "0" });
    if (call === "GET /operation") return answer(200, execution);
    return answer(404, { error: { code: "NotFound", message: call } });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  tls.setDefaultCACertificates(trusted);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const jobs: Jobs = async ({ subscription }) => {
  const credential = {
    getToken: async () => ({ token: "token", expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  return new ContainerAppsAPIClient(credential, subscription, {
    ...armOptions("once"),
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
};
const start = () => startJob(azure, "backup-payments-1", ["backup", "payments"], jobs);
const starts = () => asked.filter(({ call }) => call.startsWith("POST"));

test("an execution has the arguments of the run, and all else as the job says", async () => {
  expect(await start()).toBe("sp-prod-dumps-abc");
  expect(starts()).toEqual([
    {
      call: `POST ${JOB}/start`,
      body: { containers: [{ ...CONTAINER, args: ["backup", "payments"] }] },
    },
  ]);
});

test("a start that the service refuses is told with its reason, and never repeated", async () => {
  refusal = { status: 429, body: { error: { code: "JobExecutionLimit", message: "too many executions" } } };
  await expect(start()).rejects.toMatchObject({
    code: "DUMP_FAILED",
    message: expect.stringMatching(
      /^the job "sp-prod-dumps" in resource group "stillpoint" was not started for "backup-payments-1".*too many executions/,
    ),
  });
  expect(starts()).toHaveLength(1);
});

test("a start of which nobody knows is told as such, and never repeated", async () => {
  refusal = { status: 503, body: { error: { code: "ServiceUnavailable", message: "later" } } };
  await expect(start()).rejects.toMatchObject({
    message: expect.stringContaining("or it is not known whether it was"),
  });
  expect(starts()).toHaveLength(1);
});
