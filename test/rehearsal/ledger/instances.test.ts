import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:http";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { startLoad } from "../../../rehearsal/ledger/clients.ts";
import type { InstanceInput } from "../../../rehearsal/ledger/instance-options.ts";
import { ACCOUNT, ASSET, ASSET_METADATA } from "../../../rehearsal/ledger/ledger-tables.ts";
import { postJson } from "../../../rehearsal/ledger/post-json.ts";
import { type RunningInstance, startInstances } from "../../../rehearsal/ledger/start-instances.ts";
import { prefixed, totals } from "../../../rehearsal/ledger/totals.ts";
import type { Transfer } from "../../../rehearsal/ledger/transfer.ts";
import { isInDoubt } from "../../../rehearsal/ledger/tx-record.ts";
import { Admin } from "../../../shared/gen/scalar_admin_pb.ts";
import { BALANCE, PREFIX, type SmallLedger, smallLedger } from "./small-ledger.ts";
import { verifyLedger } from "./verify-ledger.ts";

const LIMIT_MS = 30_000;
const agent = new Agent();

function adminOf(instance: RunningInstance): Client<typeof Admin> {
  return createClient(
    Admin,
    createGrpcTransport({ baseUrl: `http://${instance.host}:${instance.adminPort}` }),
  );
}

async function oneInstance(input: Partial<InstanceInput>) {
  const ledger = await smallLedger(4);
  const running = await startInstances(1, { ...ledger.instance, ...input });
  onTestFinished(async () => {
    await running.stop();
    await ledger[Symbol.asyncDispose]();
  });
  const [instance] = running.instances;
  if (!instance) throw new Error("no instance was started");
  return { ledger, instance };
}

let nonces = 0;
function send(
  instance: RunningInstance,
  moves: Transfer["moves"],
  mirror: Transfer["mirror"] = { kind: "none" },
) {
  const transfer: Transfer = { nonce: `test ${nonces++}`, moves, mirror };
  return postJson(agent, `${instance.clientUrl}/transfer`, transfer, LIMIT_MS);
}

function transfer({ assets: [from = "", to = ""] }: SmallLedger, instance: RunningInstance) {
  return send(instance, [
    { id: from, delta: -10 },
    { id: to, delta: 10 },
  ]);
}

/** Transfers nothing, so as to read and write each asset with all its rows. */
async function touchAll({ assets }: SmallLedger, instance: RunningInstance): Promise<void> {
  for (let start = 0; start < assets.length; start += 4) {
    const moves = assets.slice(start, start + 4).map((id) => ({ id, delta: 0 }));
    await send(instance, moves, { kind: "touch", remove: [] });
  }
}

async function inDoubt(ledger: SmallLedger): Promise<number> {
  const tables = await Promise.all([ASSET, ASSET_METADATA, ACCOUNT].map((table) => ledger.rows(table)));
  return tables.flat().filter(isInDoubt).length;
}

test("an instance killed in the middle of its transactions is recovered by the others, and no money is lost", {
  timeout: LIMIT_MS,
}, async () => {
  await using ledger = await smallLedger(40);
  await using running = await startInstances(3, ledger.instance);
  const [victim, survivor] = running.instances;
  if (!victim || !survivor) throw new Error("three instances were asked for");
  const load = startLoad({
    instances: running.instances.map(({ clientUrl }) => clientUrl),
    assets: ledger.assets,
    clients: 6,
    seed: "load",
  });
  const committed = () => load.calls().filter(({ result }) => result === "committed").length;
  await expect.poll(committed, { timeout: LIMIT_MS }).toBeGreaterThan(20);
  await victim.kill("SIGKILL");
  const before = committed();
  await expect.poll(committed, { timeout: LIMIT_MS }).toBeGreaterThan(before + 20);
  const calls = await load.stop();
  expect(calls.some(({ result }) => result === "unknown")).toBe(true);

  // Whoever reads a dead transaction's record finishes it, once it has expired.
  const everything = async () => {
    await touchAll(ledger, survivor);
    return inDoubt(ledger);
  };
  await expect.poll(everything, { timeout: LIMIT_MS }).toBe(0);
  const sum = await totals(ledger.client, prefixed(PREFIX));
  expect(sum).toMatchObject({ assets: 40, balance: 40 * BALANCE });
  expect(sum.transactions).toBeGreaterThanOrEqual(
    calls.filter(({ result }) => result === "committed").length,
  );

  const report = await verifyLedger(ledger);
  expect(report.findings).toEqual([]);
  expect(report.proof.kind).not.toBe("disproven");
  expect(report.checked.chains.assets).toBe(40);
  expect(report.checked.signatures).toMatchObject({ checked: { ecdsa: report.checked.chains.records } });
});

test("a paused instance holds requests until it is unpaused, and then carries them out", {
  timeout: LIMIT_MS,
}, async () => {
  const { ledger, instance } = await oneInstance({});
  const admin = adminOf(instance);
  await admin.pause({ waitOutstanding: true });
  let answered = false;
  const held = transfer(ledger, instance).then((answer) => {
    answered = true;
    return answer;
  });
  expect(await admin.checkPaused({})).toMatchObject({ paused: true });
  expect(answered).toBe(false);
  await admin.unpause({});
  expect(await held).toEqual({ status: 200, body: { kind: "committed" } });
});

test("a request abandoned while it was held is carried out all the same", { timeout: LIMIT_MS }, async () => {
  const { ledger, instance } = await oneInstance({});
  const admin = adminOf(instance);
  await admin.pause({ waitOutstanding: true });
  const transactions = async () => (await totals(ledger.client, prefixed(PREFIX))).transactions;
  const before = await transactions();
  const body = { nonce: "abandoned", moves: [{ id: ledger.assets[0], delta: 0 }], mirror: { kind: "none" } };
  await expect(postJson(agent, `${instance.clientUrl}/transfer`, body, 300)).rejects.toThrow();
  expect(await transactions()).toBe(before);
  await admin.unpause({});
  await expect.poll(transactions).toBe(before + 1);
});

test("an instance with an old server's gate refuses requests while it is paused", {
  timeout: LIMIT_MS,
}, async () => {
  const { ledger, instance } = await oneInstance({ semantics: "scalardb-server" });
  const admin = adminOf(instance);
  await admin.pause({ waitOutstanding: true });
  expect(await transfer(ledger, instance)).toMatchObject({ status: 503, body: { kind: "refused" } });
  await admin.unpause({});
  expect(await transfer(ledger, instance)).toMatchObject({ status: 200 });
});

test("a slow drain outlasts the wait of a pause, which says so", { timeout: LIMIT_MS }, async () => {
  const { ledger, instance } = await oneInstance({ pauseDrainSlowMs: 1_000 });
  const admin = adminOf(instance);
  const load = startLoad({
    instances: [instance.clientUrl],
    assets: ledger.assets,
    clients: 4,
    seed: "slow",
  });
  await expect.poll(() => load.calls().length, { timeout: LIMIT_MS }).toBeGreaterThan(2);
  await expect(admin.pause({ waitOutstanding: true, maxPauseWaitTime: 200n })).rejects.toThrow("not drained");
  expect(await admin.checkPaused({})).toMatchObject({ paused: false });
  await load.stop();
});

test("a malformed request is refused with what is wrong about it", { timeout: LIMIT_MS }, async () => {
  const { instance } = await oneInstance({});
  const unbalanced = { nonce: "n", moves: [{ id: "a", delta: 1 }], mirror: { kind: "none" } };
  const answer = await postJson(agent, `${instance.clientUrl}/transfer`, unbalanced, LIMIT_MS);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toContain("the deltas must add up to 0");
  expect(await postJson(agent, `${instance.clientUrl}/elsewhere`, {}, LIMIT_MS)).toMatchObject({
    status: 404,
  });
});

test("instances end on SIGTERM, and start afresh where they were; one that cannot start says why", {
  timeout: LIMIT_MS,
}, async () => {
  await using ledger = await smallLedger(4);
  const running = await startInstances(1, ledger.instance);
  const [instance] = running.instances;
  const taken = { ...ledger.instance, adminPort: instance?.adminPort ?? 0 };
  await expect(startInstances(1, taken)).rejects.toThrow(/did not start.*EADDRINUSE/s);
  await running.stop();
  expect(isRunning(instance?.pid ?? 0)).toBe(false);
  const again = await startInstances(1, ledger.instance, [instance?.adminPort ?? 0]);
  expect(again.instances[0]?.adminPort).toBe(instance?.adminPort);
  await again.kill("SIGKILL");
});

test("no instance outlives the process that started it", { timeout: LIMIT_MS }, async () => {
  await using ledger = await smallLedger(4);
  const module = new URL("../../../rehearsal/ledger/start-instances.ts", import.meta.url);
  const program = `
    import { startInstances } from ${JSON.stringify(module.href)};
    const { instances } = await startInstances(2, ${JSON.stringify(ledger.instance)});
    console.log(JSON.stringify(instances.map(({ pid }) => pid)));
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(parent.stdout, "data");
  const pids: number[] = JSON.parse(String(line));
  expect(pids.map(isRunning)).toEqual([true, true]);
  parent.kill("SIGKILL");
  await expect.poll(() => pids.map(isRunning), { timeout: LIMIT_MS }).toEqual([false, false]);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
