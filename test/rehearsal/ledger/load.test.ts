import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { type LoadOptions, startLoad } from "../../../rehearsal/ledger/clients.ts";
import type { Transfer } from "../../../rehearsal/ledger/transfer.ts";

/** An instance that answers each transfer with the status it is told, and remembers the transfers. */
async function instanceThat(answers: (transfer: Transfer, position: number) => number) {
  const transfers: Transfer[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const transfer: Transfer = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    transfers.push(transfer);
    response.writeHead(answers(transfer, transfers.length - 1)).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, transfers, close, [Symbol.asyncDispose]: close };
}

function loadOn(url: string, options: Partial<LoadOptions> = {}) {
  return startLoad({ instances: [url], assets: ["a", "b", "c", "d"], clients: 1, seed: "load", ...options });
}

test("a client that lost to another tries the same moves again, with a nonce of their own", async () => {
  await using instance = await instanceThat((_, position) => (position < 2 ? 409 : 200));
  const load = loadOn(instance.url);
  await expect.poll(() => load.calls().length).toBeGreaterThan(0);
  const [call] = await load.stop();
  expect(call).toMatchObject({ result: "committed", conflicts: 2 });
  const [first, second, third] = instance.transfers;
  expect([second?.moves, third?.moves]).toEqual([first?.moves, first?.moves]);
  expect(new Set([first?.nonce, second?.nonce, third?.nonce]).size).toBe(3);
});

test("a client tells a refusal from an outcome that nobody knows", async () => {
  await using instance = await instanceThat((_, position) => (position === 0 ? 503 : 500));
  const load = loadOn(instance.url);
  await expect.poll(() => load.calls().length).toBeGreaterThan(1);
  await instance.close();
  const before = load.calls().length;
  await expect.poll(() => load.calls().length).toBeGreaterThan(before);
  const results = (await load.stop()).map(({ result }) => result);
  expect(results[0]).toBe("refused");
  expect(new Set(results.slice(1))).toEqual(new Set(["unknown"]));
});

test("a client that waits too long gives up, and does not know what became of its transfer", async () => {
  const server = createServer(() => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const load = loadOn(url, { timeoutMs: 50 });
  await expect.poll(() => load.calls().length).toBeGreaterThan(0);
  expect((await load.stop())[0]).toMatchObject({ result: "unknown" });
  server.closeAllConnections();
  server.close();
});

test("a load with a rate sends no more than that", async () => {
  await using instance = await instanceThat(() => 200);
  const load = loadOn(instance.url, { transfersPerSecond: 50, clients: 2 });
  await expect.poll(() => load.calls().length, { timeout: 5_000 }).toBeGreaterThan(20);
  const calls = await load.stop();
  const tookMs = (calls.at(-1)?.answeredMs ?? 0) - (calls[0]?.sentMs ?? 0);
  // Each client may catch up on one interval when it was late.
  expect(calls.length).toBeLessThanOrEqual((tookMs / 1000) * 50 + 2 * 2);
});

test("clients with lulls all work, and all rest, at the same times", async () => {
  await using instance = await instanceThat(() => 200);
  const [workMs, restMs] = [100, 400];
  const begunMs = Date.now();
  const load = loadOn(instance.url, { clients: 3, habits: { lulls: { workMs, restMs } } });
  await expect
    .poll(() => load.calls().some(({ sentMs }) => sentMs - begunMs > workMs + restMs), { timeout: 5_000 })
    .toBe(true);
  const sent = (await load.stop()).map(({ sentMs }) => sentMs).sort((a, b) => a - b);
  const gaps = sent.map((ms, position) => ms - (sent[position - 1] ?? ms));
  expect(Math.max(...gaps)).toBeGreaterThan(restMs - workMs);
});

test("clients that ask for no Function write assets only, and each call says what was sent", async () => {
  await using instance = await instanceThat(() => 200);
  const load = loadOn(instance.url, { habits: { assetsOnly: true } });
  await expect.poll(() => load.calls().length).toBeGreaterThan(20);
  const calls = await load.stop();
  expect(calls.map(({ transfer }) => transfer)).toEqual(instance.transfers.slice(0, calls.length));
  expect(new Set(instance.transfers.map(({ mirror }) => mirror.kind))).toEqual(new Set(["none"]));
});
