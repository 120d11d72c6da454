import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { probeClock } from "../../shared/databases/clock-probe.ts";
import { openDynamodb } from "../../shared/databases/dynamodb/database.ts";
import { boundFrom } from "../../shared/pause/clock-bound.ts";

const OFFSET_MS = 321.5;
const now = () => performance.timeOrigin + performance.now();
const secondNow = () => Math.floor((now() + OFFSET_MS) / 1000);

test("answers that do not come are done without", async () => {
  let asked = 0;
  const askSecond = async () => {
    if (asked++ % 2 === 0) throw new Error("lost");
    return secondNow();
  };
  const bound = boundFrom(await probeClock({ now, askSecond }, { budgetMs: 2_500 }));
  expect(bound?.lowMs).toBeLessThanOrEqual(OFFSET_MS);
  expect(bound?.highMs).toBeGreaterThanOrEqual(OFFSET_MS);
});

test("a clock that never answers is an error", async () => {
  const askSecond = () => Promise.reject(new Error("silence"));
  await expect(probeClock({ now, askSecond }, { budgetMs: 0 })).rejects.toThrow("silence");
});

test("an interrupt ends the probe at once", async () => {
  const interrupt = new AbortController();
  const probe = probeClock(
    { now, askSecond: async () => secondNow() },
    { budgetMs: 60_000, signal: interrupt.signal },
  );
  interrupt.abort();
  await expect(probe).rejects.toThrow();
});

test("an answer that is begun and never ended is done without, soon", async () => {
  const startedMs = now();
  const never = () => new Promise<number>(() => undefined);
  const known = { lowMs: OFFSET_MS - 5, highMs: OFFSET_MS + 5 };
  await expect(probeClock({ now, askSecond: never }, { known, budgetMs: 60_000 })).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
  });
  expect(now() - startedMs).toBeLessThan(4_000);
});

test("an interrupt ends a question that is under way", async () => {
  const interrupt = new AbortController();
  const never = () => new Promise<number>(() => undefined);
  const probe = probeClock({ now, askSecond: never }, { budgetMs: 60_000, signal: interrupt.signal });
  setImmediate(() => interrupt.abort());
  const startedMs = now();
  await expect(probe).rejects.toThrow();
  expect(now() - startedMs).toBeLessThan(1_000);
});

test("a database that accepts connections and never answers holds nobody for longer than its second and a timeout", async () => {
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address() as { port: number };
  const database = openDynamodb({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${port}`,
    prefix: "",
    metadataNamespace: "scalardb",
    coordinatorNamespace: "coordinator",
  });
  onTestFinished(() => {
    database.close();
    server.close();
  });
  process.env["AWS_ACCESS_KEY_ID"] ??= "test";
  process.env["AWS_SECRET_ACCESS_KEY"] ??= "test";
  const startedMs = now();
  await expect(database.probeClock(now, { budgetMs: 60_000 })).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
  });
  expect(now() - startedMs).toBeLessThan(6_000);
});
