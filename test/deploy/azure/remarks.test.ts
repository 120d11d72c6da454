import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { azureRemarks } from "../../../deploy/azure/remarks.ts";
import { loadConfig } from "../../../shared/config/load-config.ts";
import { written } from "../configurations.ts";
import { LEAST } from "./configurations.ts";

const EXAMPLE = fileURLToPath(new URL("../../../stillpoint.azure.example.yml", import.meta.url));

test("the example for Azure is nothing to remark on", async () => {
  expect(azureRemarks(loadConfig(EXAMPLE, {}))).toEqual([]);
});

test("a configuration is remarked on in which nobody is told, and nothing can be restored", async () => {
  expect(await remarksOn(LEAST)).toEqual([
    "azure has no actionGroup: alerts fire, and tell nobody",
    "deployments.payments has no objective: no alert tells when its last restore point grows old",
    "deployments.payments.databases.main has no verifyFrom: every restore of it will be refused",
  ]);
});

test("functions without a network are remarked on, which no way into a restored account lets in", async () => {
  const text = LEAST.replace("payments-prod }", 'payments-prod, verifyFrom: { address: "203.0.113.7" } }');
  expect(await remarksOn(text)).toContain(
    "deployments.payments.databases.main.verifyFrom does not let functions in without azure.network: only the command line can restore",
  );
});

test("a private endpoint whose name nobody enters is remarked on", async () => {
  const text = (await readFile(EXAMPLE, "utf8")).replace(/ +dnsZone: .*\n/, "");
  expect(await remarksOn(text)).toEqual([
    "deployments.payments.databases.main.verifyFrom has no dnsZone: a policy of yours must enter the names of restored accounts",
  ]);
});

async function remarksOn(text: string): Promise<readonly string[]> {
  return azureRemarks(loadConfig(await written(text), {}));
}
