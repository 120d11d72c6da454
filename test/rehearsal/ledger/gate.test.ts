import { expect, test } from "vitest";
import { Gate, type PauseResult, type Timers } from "../../../rehearsal/ledger/gate.ts";

/** Time that passes only when the test says so. */
function handTimers() {
  let now = 0;
  const due = new Map<() => void, number>();
  const timers: Timers = {
    now: () => now,
    after(ms, act) {
      due.set(act, now + ms);
      return () => due.delete(act);
    },
  };
  const pass = async (ms: number) => {
    now += ms;
    for (const [act, at] of [...due].sort(([, a], [, b]) => a - b)) {
      if (at <= now && due.delete(act)) act();
    }
    await settle();
  };
  return { timers, pass, pending: () => due.size };
}

/** Lets every promise that can settle do so. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A pause and its result so far. */
function begin(pause: Promise<PauseResult>) {
  const begun: { result: PauseResult | "still draining" } = { result: "still draining" };
  void pause.then((result) => {
    begun.result = result;
  });
  return begun;
}

test("a request is let in while the gate is open and counted until it is let out", async () => {
  const gate = new Gate("scalardl-3.14");
  await gate.letIn();
  expect(gate.outstanding).toBe(1);
  gate.letOut();
  gate.letOut();
  expect(gate.outstanding).toBe(0);
});

test("a ScalarDL gate holds requests until the unpause and counts them from then on", async () => {
  const gate = new Gate("scalardl-3.14");
  await gate.pause(true, 100);
  const requests = [gate.letIn(), gate.letIn()];
  expect(gate.outstanding).toBe(0);
  gate.unpause();
  await Promise.all(requests);
  expect(gate.outstanding).toBe(2);
});

test("a ScalarDB Server's gate refuses requests while it is closed", async () => {
  const gate = new Gate("scalardb-server");
  await gate.pause(false, undefined);
  await expect(gate.letIn()).rejects.toThrow("the server is paused");
});

test("the limit covers both the wait for another pause and the drain", async () => {
  const { timers, pass } = handTimers();
  const gate = new Gate("scalardl-3.14", timers);
  await gate.letIn();
  await gate.pause(false, undefined);
  const first = begin(gate.pause(true, 1_000));
  const second = begin(gate.pause(true, 1_500));
  await settle();
  await pass(1_000);
  expect([first.result, second.result]).toEqual(["TIMED_OUT_STILL_PAUSED", "still draining"]);
  await pass(499);
  expect(second.result).toBe("still draining");
  await pass(1);
  expect(second.result).toBe("TIMED_OUT_STILL_PAUSED");
});

test("a queued pause gets its turn when the one before it timed out, and owns its own closure", async () => {
  const { timers, pass } = handTimers();
  const gate = new Gate("scalardl-3.14", timers);
  await gate.letIn();
  const first = begin(gate.pause(true, 1_000));
  const second = begin(gate.pause(true, 5_000));
  await pass(1_000);
  expect([first.result, second.result]).toEqual(["TIMED_OUT", "still draining"]);
  expect(gate.checkPaused()).toBe(true);
  gate.letOut();
  await settle();
  expect(second.result).toBe("PAUSED");
});

test("a reopened gate lets the held requests in before a queued pause drains them", async () => {
  const { timers, pass } = handTimers();
  const gate = new Gate("scalardl-3.14", timers);
  await gate.letIn();
  const first = begin(gate.pause(true, 1_000));
  await settle();
  const held = gate.letIn();
  const second = begin(gate.pause(true, 5_000));
  gate.unpause();
  await held;
  await settle();
  expect([first.result, second.result]).toEqual(["GATE_OPEN", "still draining"]);
  gate.letOut();
  gate.letOut();
  await settle();
  expect(second.result).toBe("PAUSED");
  await pass(10_000);
  expect(gate.checkPaused()).toBe(true);
});

test("an unpause during a drain over somebody's earlier pause is told as such", async () => {
  const gate = new Gate("scalardl-3.14");
  await gate.letIn();
  await gate.pause(false, undefined);
  const pause = gate.pause(true, 5_000);
  gate.unpause();
  expect(await pause).toBe("GATE_OPEN");
});

test("before 3.14 a pause that fails opens the gate for every pause, and all fail at once", async () => {
  const { timers, pass, pending } = handTimers();
  const gate = new Gate("scalardl-3.13", timers);
  await gate.letIn();
  const long = begin(gate.pause(true, 20_000));
  const short = begin(gate.pause(true, 1_500));
  await pass(1_500);
  expect([long.result, short.result]).toEqual(["NOT_DRAINED", "NOT_DRAINED"]);
  expect(gate.checkPaused()).toBe(false);
  expect(pending()).toBe(0);
});

test("a ScalarDB Server's pause does not notice an unpause: it fails at its own limit, or answers a false OK", async () => {
  const { timers, pass } = handTimers();
  const gate = new Gate("scalardb-server", timers);
  await gate.letIn();
  const drained = begin(gate.pause(true, 5_000));
  const late = begin(gate.pause(true, 1_000));
  gate.unpause();
  await pass(1_000);
  expect([drained.result, late.result]).toEqual(["still draining", "NOT_DRAINED"]);
  gate.letOut();
  await settle();
  expect(drained.result).toBe("PAUSED");
  expect(gate.checkPaused()).toBe(false);
});

test.each(["scalardl-3.13", "scalardb-server"] as const)(
  "%s reads a limit of 0 as 30 s and fails at once with a negative one",
  async (semantics) => {
    const { timers, pass } = handTimers();
    const gate = new Gate(semantics, timers);
    expect(await gate.pause(true, -5)).toBe("PAUSED");
    gate.unpause();
    await gate.letIn();
    expect(await gate.pause(true, -5)).toBe("NOT_DRAINED");
    const zero = begin(gate.pause(true, 0));
    await pass(29_999);
    expect(zero.result).toBe("still draining");
    await pass(1);
    expect(zero.result).toBe("NOT_DRAINED");
  },
);

test("without a limit a pause waits for 30 s", async () => {
  const { timers, pass } = handTimers();
  const gate = new Gate("scalardl-3.14", timers);
  await gate.letIn();
  const pause = begin(gate.pause(true, undefined));
  await pass(29_999);
  expect(pause.result).toBe("still draining");
  await pass(1);
  expect(pause.result).toBe("TIMED_OUT");
});

test("a limit beyond what a timer can count is waited for and not taken for none", async () => {
  const gate = new Gate("scalardl-3.14");
  await gate.letIn();
  const pause = begin(gate.pause(true, Number(2n ** 63n - 1n)));
  await settle();
  expect(pause.result).toBe("still draining");
  gate.unpause();
  await settle();
  expect(pause.result).toBe("GATE_OPEN");
});
