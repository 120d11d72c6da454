import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { registerStatus } from "../../../functions/status/azure.ts";
import { registerSweep } from "../../../functions/sweep/azure.ts";
import { parseAddress } from "../../../shared/admin/instance-address.ts";
import { stamp } from "../../../shared/backup/pause-record.ts";
import { SCHEMA } from "../../../shared/catalog/model.ts";
import { stillpoint } from "../../cli/stillpoint.ts";
import { type FunctionOf, registered } from "../../workflow/functions-core.ts";
import { type AzureWorld, azureWorld, SITE } from "./azure-world.ts";
import { ask, fire } from "./calls.ts";

const REFERENCE = "@Microsoft.KeyVault(VaultName=stillpoint-vault;SecretName=client-key)";
/** Its instances are reached with a client certificate whose key is in the vault. */
const LOCKED = {
  components: {
    ledger: {
      kind: "ledger",
      instances: ["127.0.0.1:1"],
      tls: { certificate: { file: "client.pem" }, key: { env: "CLIENT_KEY" } },
    },
  },
};

describe("the sweep, and the status", () => {
  let azure: AzureWorld;
  let pauses = 0;
  let functions: ReadonlyMap<string, FunctionOf>;
  const payments = () => azure.instances["payments"] ?? { gates: [], addresses: [] };
  const shut = () => payments().gates.filter((gate) => gate.checkPaused()).length;

  /** Gates that a backup has left shut, whose host is gone. */
  async function leftShut(deadlineMs: number, deployment = "payments"): Promise<string> {
    const { gates, addresses } = payments();
    for (const gate of gates) await gate.pause(true, 1_000);
    const openedMs = deadlineMs - 20_000;
    const id = `pause-${deployment}-${stamp(openedMs)}-${pauses++}`;
    await azure.catalog.pauses.create({
      schema: SCHEMA,
      id,
      deployment,
      run: `backup-${id}`,
      openedMs,
      deadlineMs,
      drainWaitMs: 100,
      rpcDeadlineMs: 1_000,
      instances: addresses.map((text) => ({ component: "ledger", ...parseAddress(text, "ledger") })),
      basis: "list",
      state: "open",
      unsettled: [...addresses],
      seenOpen: {},
    });
    return id;
  }

  beforeAll(async () => {
    azure = await azureWorld({
      deployments: { payments: {}, locked: LOCKED },
      azure: { secrets: { CLIENT_KEY: "client-key" } },
      env: { CLIENT_KEY: REFERENCE },
    });
    functions = registered(() => {
      registerSweep();
      registerStatus();
    });
  });
  afterAll(() => azure[Symbol.asyncDispose]());
  /** A sweep looks twice, far apart; the next test has records of its own. */
  afterEach(async () => {
    for (const { id } of (await azure.catalog.pauses.open()).records)
      await azure.catalog.pauses.update(id, (found) => ({ ...found, state: "closed", unsettled: [] }));
  });

  test("a sweep opens what is overdue, also where it comes late, and leaves a sign of life", async () => {
    await leftShut(Date.now() - 3_600_000);
    await fire(functions, "sweep", true);
    expect(shut()).toBe(0);
    expect((await azure.catalog.sweeps.list()).records).toEqual([
      expect.objectContaining({
        of: { kind: "schedule" },
        host: SITE,
        intervalMs: 60_000,
        deployments: ["payments", "locked"],
      }),
    ]);
    expect(azure.metrics("SweepRound").length).toBeGreaterThan(0);
  });

  test("a sweep waits for what is due within the minute, and opens it right then", async () => {
    const deadlineMs = Date.now() + 1_500;
    await leftShut(deadlineMs);
    await fire(functions, "sweep");
    expect(shut()).toBe(0);
    expect(Date.now()).toBeLessThan(deadlineMs + 5_000);
  });

  test("a secret that the vault did not give keeps no sweep from another deployment, and is told", async () => {
    const told = azure.objects().filter(({ variable }) => variable === "CLIENT_KEY");
    expect(told).toEqual([
      expect.objectContaining({ level: "error", message: expect.stringContaining("client-key") }),
    ]);
    const before = azure.metrics("SweepTrouble").length;
    await leftShut(Date.now() - 1_000, "locked");
    await leftShut(Date.now() - 1_000);
    await fire(functions, "sweep");
    expect(shut()).toBe(0);
    expect(azure.metrics("SweepTrouble").slice(before)).toContainEqual({ value: 1, deployment: "locked" });
    const [beat] = (await azure.catalog.sweeps.list()).records;
    expect(beat?.trouble).toContain('"CLIENT_KEY": it is not set');
  });

  test("a sweep without its catalog fails, and logs the next step", async () => {
    const { accidents } = azure.catalogWay;
    accidents.push(...Array.from({ length: 1_000 }, () => "denied" as const));
    const rounds = azure.metrics("SweepRound").length;
    const failing = fire(functions, "sweep").finally(() => accidents.splice(0));
    await expect(failing).rejects.toMatchObject({ code: "CATALOG_UNREADABLE" });
    expect(azure.metrics("SweepRound").length).toBe(rounds);
    expect(azure.objects().at(-1)).toMatchObject({
      level: "error",
      code: "CATALOG_UNREADABLE",
      next: expect.any(String),
    });
  });

  test("the status over HTTP is that of the command line, without a secret", async () => {
    const { status, text, json } = await ask(functions, "status");
    expect(status).toBe(200);
    const typed = await stillpoint(["-c", azure.config, "status", "--json"]);
    const { deployments, sweeps, unreadable } = JSON.parse(typed.stdout);
    expect(without(json)).toMatchObject(without({ deployments, sweeps, unreadable }) as object);
    expect(json).toMatchObject({
      deployments: [{ deployment: "payments", late: true }],
      sweeps: [{ kind: "schedule", state: "alive" }],
      unopened: [{ deployment: "locked", message: expect.stringContaining('"CLIENT_KEY"') }],
    });
    const keys = Object.values(azure.cosmosdb.account("ledger").keys);
    for (const key of [...keys, REFERENCE, process.env["AZURITE_ACCOUNT_KEY"] ?? ""])
      expect([text, ...azure.lines].some((line) => line.includes(key) && !line.includes("CLIENT_KEY"))).toBe(
        false,
      );
  });

  test("the status says why where the catalog cannot be read", async () => {
    const { accidents } = azure.catalogWay;
    accidents.push(...Array.from({ length: 1_000 }, () => "denied" as const));
    const { status, json } = await ask(functions, "status").finally(() => accidents.splice(0));
    expect(status).toBe(503);
    expect(json).toMatchObject({ code: "CATALOG_UNREADABLE", next: expect.any(String) });
  });

  test("a timer measures what did not happen, for the alerts", async () => {
    expect(azure.metrics("PointAge")).toEqual([]);
    await fire(functions, "look");
    expect(azure.metrics("PointAge")).toContainEqual({ value: expect.any(Number), deployment: "payments" });
    expect(azure.metrics("UnfinishedRuns")).toContainEqual({ value: 0, deployment: "payments" });
  });
});

/** Ages differ by the moment of asking. */
function without(status: unknown): unknown {
  return JSON.parse(JSON.stringify(status, (name, value) => (/Ms$|^ageS/.test(name) ? undefined : value)));
}
