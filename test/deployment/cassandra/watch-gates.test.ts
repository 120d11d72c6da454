import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AdminClients } from "../../../shared/admin/admin-clients.ts";
import { observationReasons, windowSeen } from "../../../shared/backup/observation.ts";
import { type Answered, watchGates } from "../../../shared/deployment/cassandra/watch-gates.ts";
import { ourClock } from "../../../shared/deployment/our-clock.ts";
import { addressOf } from "../../../shared/pause/instance.ts";
import { type EmbeddedGate, embeddedGate } from "../../admin/embedded-gate.ts";

const TAKEN: Answered = { kind: "taken", captured: { of: "the test" } };
const never = new Promise<never>(() => {});

let gates: readonly EmbeddedGate[];
let open: Parameters<typeof watchGates>[0] & { readonly admin: AdminClients };

beforeEach(async () => {
  gates = await Promise.all([embeddedGate(), embeddedGate(), embeddedGate()]);
  const clock = ourClock();
  open = { clock, admin: new AdminClients({ clock: clock.oursMs }) };
});

afterEach(async () => {
  open.admin.close();
  await Promise.all(gates.map((gate) => gate.close()));
});

function watch(
  call: Parameters<typeof watchGates>[3],
  { withinMs = 20_000, signal = new AbortController().signal } = {},
) {
  const instances = gates.map(({ instance }) => instance);
  return watchGates(open, { instances, withinMs, deadlineMs: 1_000 }, signal, call);
}

const pauseAll = () => Promise.all(gates.map(({ gate }) => gate.pause(true, undefined)));
const unpauseAll = () => {
  for (const { gate } of gates) gate.unpause();
};

/** Closed for as long as the watch cannot miss it. */
async function pauseAndTake(): Promise<Answered> {
  await pauseAll();
  await delay(300);
  unpauseAll();
  return TAKEN;
}

test("a pause that somebody else makes is seen from before it until after it", async () => {
  const seen = await watch(pauseAndTake);
  expect(seen.call).toMatchObject(TAKEN);
  expect(observationReasons(seen)).toEqual([]);
  const { startMs, endMs } = windowSeen(seen) ?? { startMs: 0, endMs: 0 };
  expect(endMs - startMs).toBeGreaterThan(50);
  expect(endMs - startMs).toBeLessThanOrEqual(seen.call.answeredMs - seen.call.sentMs);
  for (const { openMs, openedMs } of seen.gates) {
    expect(openMs).toBeLessThanOrEqual(startMs);
    expect(openedMs).toBeGreaterThanOrEqual(endMs);
  }
});

test("a gate that is closed still when the call has answered is asked once more, and not waited for", async () => {
  const seen = await watch(async () => {
    await pauseAll();
    await delay(150);
    gates[0]?.gate.unpause();
    return TAKEN;
  });
  const [first, ...others] = seen.gates;
  expect(first?.openedMs).toBeGreaterThan(0);
  for (const { openedMs, lastClosedMs } of others) {
    expect(openedMs).toBeUndefined();
    expect(lastClosedMs).toBeGreaterThanOrEqual(seen.call.answeredMs);
  }
});

test("an instance that never answers delays neither the others nor the end", async () => {
  const [silent, ...others] = gates;
  await silent?.close();
  const seen = await watch(pauseAndTake);
  expect(seen.gates[0]?.silent).toBeGreaterThan(1);
  expect(seen.gates.slice(1).map(({ silent: times }) => times)).toEqual(others.map(() => 0));
  const address = silent && addressOf(silent.instance);
  expect(observationReasons(seen)[0]).toBe(`"${address}" was not seen paused`);
});

test("a call without an answer ends when the time is up", async () => {
  const seen = await watch(() => never, { withinMs: 400 });
  expect(seen).toMatchObject({ call: { kind: "unanswered" }, interrupted: false });
  expect(seen.call.answeredMs - seen.call.sentMs).toBeLessThan(2_000);
});

test("a call that fails says nothing of what it did", async () => {
  const seen = await watch(() => Promise.reject(new Error("the line is cut")));
  expect(seen.call).toMatchObject({ kind: "unanswered", message: "the line is cut" });
});

describe("an interruption", () => {
  test("ends the watch at once, with the call unanswered", async () => {
    const interruption = new AbortController();
    const seen = await watch(
      async () => {
        await pauseAll();
        interruption.abort();
        return never;
      },
      { signal: interruption.signal },
    );
    expect(seen).toMatchObject({ call: { kind: "unanswered" }, interrupted: true });
  });

  test("that came before sends no call at all", async () => {
    let called = false;
    const seen = await watch(
      async () => {
        called = true;
        return TAKEN;
      },
      { signal: AbortSignal.abort() },
    );
    expect(called).toBe(false);
    expect(seen).toMatchObject({ call: { kind: "refused" }, interrupted: true });
  });
});

test("no more than one question at a time is under way at an instance", async () => {
  const [slow] = gates;
  let asked = 0;
  let most = 0;
  const checkPaused = open.admin.checkPaused.bind(open.admin);
  open.admin.checkPaused = async (instances, limits) => {
    if (instances[0] !== slow?.instance) return checkPaused(instances, limits);
    most = Math.max(most, ++asked);
    await delay(120);
    asked--;
    return checkPaused(instances, limits);
  };
  await watch(async () => {
    await pauseAll();
    await delay(500);
    unpauseAll();
    return TAKEN;
  });
  expect(most).toBe(1);
});
