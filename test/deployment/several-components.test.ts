import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDynamodb } from "../../rehearsal/dynamodb/dynamodb.ts";
import { openLedger } from "../../rehearsal/ledger/open-ledger.ts";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { openStore } from "../../shared/catalog/open-store.ts";
import { loadConfig } from "../../shared/config/load-config.ts";
import { type OpenDeployment, openDeployment } from "../../shared/deployment/open-deployment.ts";
import { takeBackup } from "../../shared/deployment/take-backup.ts";
import { type EmbeddedGate, embeddedGate } from "../admin/embedded-gate.ts";
import { type Configured, configured } from "../cli/stillpoint.ts";

const CREDENTIALS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
const PREFIXES = ["first_", "second_"] as const;

let dynamodb: Awaited<ReturnType<typeof startDynamodb>>;
let gates: readonly EmbeddedGate[];
/** When each gate was closed and drained, and when it was opened, by its address. */
let quiet: Map<string, { fromMs?: number; toMs?: number }>;

beforeAll(async () => {
  Object.assign(process.env, CREDENTIALS);
  dynamodb = await startDynamodb({ seed: "components", pace: { continuousBackupsUnavailableMs: 5 } });
  const endpoint = { url: dynamodb.endpoint, region: dynamodb.region };
  for (const prefix of PREFIXES)
    await openLedger({ endpoint, prefix, seed: prefix, assets: 2, balance: 100 });
});
afterAll(() => dynamodb.close());

beforeEach(async () => {
  gates = await Promise.all([1, 2, 3].map(() => embeddedGate()));
  quiet = new Map();
  for (const { gate, instance } of gates) {
    const times: { fromMs?: number; toMs?: number } = {};
    quiet.set(`${instance.host}:${instance.port}`, times);
    const { pause, unpause } = gate;
    gate.pause = async (...words) => {
      const result = await pause.apply(gate, words);
      times.fromMs = Date.now();
      return result;
    };
    gate.unpause = () => {
      times.toMs = Date.now();
      unpause.apply(gate);
    };
  }
  return async () => {
    for (const gate of gates) await gate.close();
  };
});

const addressesOf = (...some: readonly number[]) =>
  some.map((n) => `${gates[n]?.instance.host}:${gates[n]?.instance.port}`);

async function deployment(components: object): Promise<OpenDeployment & AsyncDisposable> {
  const database = (prefix: string) => ({
    kind: "dynamodb",
    region: dynamodb.region,
    endpoint: dynamodb.endpoint,
    prefix,
  });
  const folder: Configured = await configured({
    payments: {
      components,
      pause: { drainWait: "1s", rpcDeadline: "1s", longest: "20s" },
      databases: { first: database(PREFIXES[0]), second: database(PREFIXES[1]) },
    },
  });
  const config = loadConfig(folder.config, CREDENTIALS);
  const [settings] = config.deployments;
  if (settings === undefined) throw new Error("the test's configuration has no deployment");
  const open = openDeployment(settings, catalogOver(openStore(config.catalog, () => {})), CREDENTIALS);
  return {
    ...open,
    [Symbol.asyncDispose]: async () => {
      open.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const take = (open: OpenDeployment) => takeBackup(open, { report: () => undefined });

test("clusters that share transactions have one window, and one point with a second for each database", async () => {
  const components = {
    east: { kind: "scalardb-cluster", instances: addressesOf(0, 1) },
    west: { kind: "scalardb-cluster", instances: addressesOf(2) },
  };
  await using open = await deployment(components);
  const { verdict, window, point, stillPaused } = await take(open);
  expect({ verdict, stillPaused }).toEqual({ verdict: { kind: "valid" }, stillPaused: [] });
  expect(point?.databases.map(({ name }) => name)).toEqual(["first", "second"]);
  expect(point?.instances.map(({ component }) => component)).toEqual(["east", "east", "west"]);
  for (const { fromMs = Number.NaN, toMs = Number.NaN } of quiet.values()) {
    expect(window?.startMs).toBeGreaterThanOrEqual(fromMs);
    expect(window?.endMs).toBeLessThanOrEqual(toMs + 1);
  }
  for (const { atSecond, clockBound } of point?.databases ?? []) {
    expect((window?.startMs ?? Number.NaN) + (clockBound?.highMs ?? Number.NaN)).toBeLessThanOrEqual(
      atSecond * 1000,
    );
    expect((window?.endMs ?? Number.NaN) + (clockBound?.lowMs ?? Number.NaN)).toBeGreaterThanOrEqual(
      atSecond * 1000 + 1000,
    );
  }
  expect((await open.catalog.pauses.list("payments")).records).toHaveLength(1);
});

test("an Auditor is left running, as ScalarDL's documentation wants it, unless it is to be paused", async () => {
  const [auditor] = addressesOf(2);
  const components = (paused?: boolean) => ({
    ledger: { kind: "ledger", instances: addressesOf(0, 1) },
    auditor: { kind: "auditor", instances: [auditor], ...(paused !== undefined && { paused }) },
  });
  await using asDocumented = await deployment(components());
  expect((await take(asDocumented)).verdict).toEqual({ kind: "valid" });
  expect(quiet.get(auditor ?? "")).toEqual({});
  await using both = await deployment(components(true));
  expect((await take(both)).verdict).toEqual({ kind: "valid" });
  expect(quiet.get(auditor ?? "")).toEqual({ fromMs: expect.any(Number), toMs: expect.any(Number) });
});

test("a cluster that does not drain makes the window of all invalid, and all are opened", async () => {
  const components = {
    east: { kind: "scalardb-cluster", instances: addressesOf(0, 1) },
    west: { kind: "scalardb-cluster", instances: addressesOf(2) },
  };
  await gates[2]?.beginRequest();
  await using open = await deployment(components);
  const { verdict, point, stillPaused } = await take(open);
  expect(verdict).toMatchObject({ kind: "invalid", reasons: [expect.stringContaining("did not drain")] });
  expect({ point, stillPaused }).toEqual({ point: undefined, stillPaused: [] });
  expect(gates.map(({ gate }) => gate.checkPaused())).toEqual([false, false, false]);
});
