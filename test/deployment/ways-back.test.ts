import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { dynamodbClient } from "../../rehearsal/ledger/endpoint.ts";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { openStore } from "../../shared/catalog/open-store.ts";
import type { Deployment } from "../../shared/config/config.ts";
import { deploymentNamed, loadConfig } from "../../shared/config/load-config.ts";
import { commitTimes, lookBriefly } from "../../shared/databases/dynamodb/look-briefly.ts";
import { liveQuiet } from "../../shared/deployment/dynamodb/live-quiet.ts";
import { type OpenDeployment, openDeployment } from "../../shared/deployment/open-deployment.ts";
import { waysBack } from "../../shared/deployment/ways-back.ts";
import type { WayBack, WayBackBy } from "../../shared/restore/way-back.ts";
import { DEFAULT_CLOCKS } from "../../shared/verify/subject.ts";
import { aPoint } from "../catalog/examples.ts";
import { type GatedWorld, gatedWorld } from "../cli/gated-world.ts";
import { type Configured, configured, NOWHERE, start } from "../cli/stillpoint.ts";

process.env["AWS_ACCESS_KEY_ID"] = "test";
process.env["AWS_SECRET_ACCESS_KEY"] = "test";

const TEST_MS = 60_000;
const COVERED = { timeout: 20_000, interval: 200 };
const COORDINATOR = "prod_coordinator.state";
const NONE = new AbortController().signal;

function opened({ config }: Pick<Configured, "config">, change: Partial<Deployment> = {}): OpenDeployment {
  const loaded = loadConfig(config, {});
  const settings = { ...deploymentNamed(loaded, "payments"), ...change };
  return openDeployment(settings, catalogOver(openStore(loaded.catalog, () => {})), {});
}

function by(ways: readonly WayBack[], which: WayBackBy): WayBack {
  const found = ways.find((way) => way.by === which);
  if (found === undefined) throw new Error(`there is no ${which} in ${JSON.stringify(ways)}`);
  return found;
}

describe("what a disaster now would cost", { timeout: TEST_MS }, () => {
  let world: GatedWorld;
  let open: OpenDeployment;
  let client: DynamoDBClient;

  beforeAll(async () => {
    world = await gatedWorld();
    open = opened(world);
    client = dynamodbClient(world.endpoint);
  }, TEST_MS);
  afterAll(async () => {
    open?.close();
    client?.destroy();
    await world?.[Symbol.asyncDispose]();
  }, TEST_MS);

  /** As if a transaction had committed then. */
  async function commit(id: string, atMs: number, state = 3): Promise<void> {
    const Item = {
      concatenatedPartitionKey: { B: Buffer.from(id) },
      tx_id: { S: id },
      tx_state: { N: String(state) },
      tx_created_at: { N: String(atMs) },
    };
    await client.send(new PutItemCommand({ TableName: COORDINATOR, Item }));
  }

  const live = (reach: { earliestSecond: number; latestSecond: number }, bytes: number, more: object = {}) =>
    liveQuiet(open, {
      reach,
      clocks: DEFAULT_CLOCKS,
      limitMs: 5_000,
      seen: [
        {
          name: "main",
          missing: [],
          tables: [{ name: COORDINATOR, id: "", coordinator: true, metadata: {}, bytes, ...more }],
        },
      ],
      ...("readCoordinator" in more && { readCoordinator: true }),
    });

  test("is told by settling without any backup, and by no point", async () => {
    // Recovery lags behind, and these tables are young.
    const ways = await vi.waitFor(async () => {
      const found = await waysBack(open);
      expect(by(found, "settling").kind).toBe("possible");
      return found;
    }, COVERED);
    expect(by(ways, "last-point")).toMatchObject({ kind: "impossible" });
    const settling = by(ways, "settling");
    if (settling.kind !== "possible") throw new Error(JSON.stringify(settling));
    // The bound on both sides, and what recovery lags behind.
    expect(settling.costMs).toBeGreaterThanOrEqual(2_500);
    expect(settling.costMs).toBeLessThan(60_000);
    expect(settling.perhaps).toEqual(["prod_app.account"]);
  });

  test("is told by the last point while its tables are there", async () => {
    const { captured } = await open.dynamodb("main").capture();
    const atSecond = Math.ceil(Date.now() / 1000);
    const databases = [{ name: "main", kind: "dynamodb" as const, atSecond, captured }];
    const ways = await waysBack(open, { lastPoint: aPoint("payments-1", { databases }) });
    expect(by(ways, "last-point")).toMatchObject({ kind: "possible", backToSecond: atSecond });
  });

  test("is told by a quiet second of the coordinator in use, which no commit is near", async () => {
    const [from, quiet] = [1_000_000, 1_000_030];
    for (let second = from; second <= from + 60; second++)
      if (Math.abs(second - quiet) > 2) await commit(`tx-${second}`, second * 1000 + 500);
    const reach = { earliestSecond: from, latestSecond: from + 60 };
    expect(await live(reach, 1_000)).toMatchObject({ kind: "possible", backToSecond: quiet });
    // What was aborted is no commit.
    await commit("aborted", quiet * 1000, 4);
    expect(await live(reach, 1_000)).toMatchObject({ kind: "possible", backToSecond: quiet });
    await commit("committed", quiet * 1000);
    expect(await live(reach, 1_000)).toMatchObject({
      kind: "impossible",
      because: [expect.stringContaining("of the last 1 min")],
    });
  });

  test("is not read off a large coordinator unless asked for, nor off one with little capacity", async () => {
    const reach = { earliestSecond: 2_000_000, latestSecond: 2_000_600 };
    expect(await live(reach, 1e9)).toMatchObject({
      kind: "unknown",
      because: expect.stringMatching(/has about 1.00 GB.*stillpoint status --read-coordinator/),
    });
    expect(await live(reach, 3e6, { readUnits: 5 })).toMatchObject({
      kind: "unknown",
      because: expect.stringContaining("of 5 units a second"),
    });
    expect(await live(reach, 1e9, { readCoordinator: true })).toMatchObject({ kind: "possible" });
  });

  test("says why nothing can be settled or quiet", async () => {
    const audited = opened(world, {
      components: open.settings.components.flatMap((each) => [
        each,
        { ...each, name: "auditor", kind: "auditor" as const, paused: false },
      ]),
    });
    const pause = { ...open.settings.pause, scalarClockBoundMs: 3_600_000 };
    const loose = opened(world, { pause });
    try {
      const ways = await waysBack(audited);
      expect(by(ways, "settling")).toMatchObject({
        kind: "impossible",
        because: [expect.stringContaining("Auditor")],
      });
      expect(by(ways, "quiet-second").kind).not.toBe("unknown");
      for (const which of ["settling", "quiet-second"] as const)
        expect(by(await waysBack(loose), which)).toMatchObject({
          kind: "impossible",
          because: [expect.stringContaining("pause.scalarClockBound")],
        });
    } finally {
      audited.close();
      loose.close();
    }
  });

  test("is not known without permission, and says which one", async () => {
    world.dynamodb.faults.deny(["DescribeContinuousBackups"]);
    try {
      const ways = await waysBack(open);
      for (const which of ["settling", "quiet-second"] as const)
        expect(by(ways, which)).toMatchObject({
          kind: "unknown",
          because: expect.stringContaining("dynamodb:DescribeContinuousBackups"),
        });
    } finally {
      world.dynamodb.faults.deny([]);
    }
  });

  test("is looked at with a few calls that the service throttles", async () => {
    world.dynamodb.faults.throttle({ kind: "first", calls: 2 });
    try {
      expect(by(await waysBack(open), "settling").kind).toBe("possible");
    } finally {
      world.dynamodb.faults.throttle(undefined);
    }
  });

  test("stops reading when nobody waits any more", async () => {
    const { connection, settings } = open.dynamodb("main");
    const reading = commitTimes(connection, COORDINATOR, { fromMs: 0, toMs: 1 }, AbortSignal.abort());
    await expect(reading.next()).rejects.toThrow("abort");
    await expect(lookBriefly(connection, settings, AbortSignal.abort())).rejects.toThrow("abort");
    expect((await lookBriefly(connection, settings, NONE)).missing).toEqual([]);
  });
});

describe("a database that does not answer", { timeout: TEST_MS }, () => {
  const sockets = new Set<Socket>();
  let silent: Server;

  beforeAll(async () => {
    silent = createServer((socket) => sockets.add(socket)).listen(0, "127.0.0.1");
    await once(silent, "listening");
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test("is waited for no longer than the limit, and what the catalog knows is told", async () => {
    const databases = [{ name: "main", kind: "dynamodb" as const, atSecond: 1_000, captured: {} }];
    const lastPoint = aPoint("payments-1", { databases });
    const { port } = silent.address() as AddressInfo;
    const main = { kind: "dynamodb", region: "us-east-1", endpoint: `http://127.0.0.1:${port}` };
    await using world = await configured({ payments: { ...NOWHERE, databases: { main } } });
    const open = opened(world);
    try {
      const begun = performance.now();
      const ways = await waysBack(open, { lastPoint, limitMs: 100 });
      expect(performance.now() - begun).toBeLessThan(2_000);
      expect(ways).toMatchObject([
        {
          by: "last-point",
          kind: "recorded",
          backToSecond: 1_000,
          because: expect.stringContaining("0.1 s"),
        },
        { by: "quiet-second", kind: "unknown" },
        { by: "settling", kind: "unknown" },
      ]);
    } finally {
      open.close();
    }
  });

  test("keeps nobody from seeing the gates, nor the command from its end", async () => {
    const { port } = silent.address() as AddressInfo;
    const main = { kind: "dynamodb", region: "us-east-1", endpoint: `http://127.0.0.1:${port}` };
    await using world = await configured({ payments: { ...NOWHERE, databases: { main } } });
    sockets.clear();
    const typed = start(["-c", world.config, "status"]);
    await typed.printed("sweeps");
    const asked = performance.now();
    const { stdout, status } = await typed.ended;
    expect(performance.now() - asked).toBeLessThan(15_000);
    expect(stdout).toMatch(/a disaster in payments now would cost, by\n {2}last point {3}cannot be used: /);
    expect(stdout).toMatch(/quiet second not known: /);
    expect(status).toBe(0);
  });
});
