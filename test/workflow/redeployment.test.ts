import { expect, test } from "vitest";
import { all, asker, type Effect, type Handlers, type Workflow } from "../../shared/workflow/effect.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import { memoryStore } from "../catalog/memory-store.ts";
import { DurableLife } from "./durable-life.ts";
import { orchestrationCode } from "./orchestration-code.ts";
import { type InstanceEnd, OrchestrationHost } from "./orchestration-host.ts";
import { ProgramWorld, RUN } from "./program-world.ts";
import type { Step } from "./random-program.ts";

const PACE = { firstMs: 1, mostMs: 10 };

const STEPS: readonly Step[] = [
  { kind: "work", failure: { kind: "never" } },
  { kind: "work", failure: { kind: "lasting" } },
  {
    kind: "all",
    branches: [{ kind: "work", failure: { kind: "never" } }, { kind: "poll", looks: 2 }, { kind: "sleep" }],
  },
  { kind: "poll", looks: 3 },
  { kind: "work", failure: { kind: "never" } },
];

interface Redeployed {
  readonly version: string;
  /** How the new code differs in what it yields, where it does. */
  readonly operationsMost?: number;
}

/** A run during which other code is deployed at a moment, whose process dies there or goes on. */
async function redeployedAt(
  nth: number,
  { version, ...more }: Redeployed,
  dies: boolean,
): Promise<{ readonly end: InstanceEnd; readonly host: OrchestrationHost; readonly moments: number }> {
  const { handlers, ...running } = new ProgramWorld().running(STEPS);
  const host = new OrchestrationHost();
  const of = (options: object) =>
    orchestrationCode(host, { ...running, handlers: () => handlers, pace: PACE, ...options });
  host.deploy(of({ version: "1" }));
  host.start("run", {}, "run");
  let moments = 0;
  const end = await host.run("run", {
    lifeOf: () =>
      new DurableLife(() => {
        if (moments++ !== nth) return false;
        host.deploy(of({ version, ...more }));
        return dies;
      }),
  });
  return { end, host, moments };
}

const NEVER = -1;

test.each([
  ["goes on", false],
  ["dies", true],
])(
  "a run goes on by its journal under new code, deployed at any moment, whether the process %s",
  async (_what, dies) => {
    const undisturbed = await redeployedAt(NEVER, { version: "1" }, false);
    const attempts = new Set<number>();
    for (let nth = 0; nth < undisturbed.moments; nth++) {
      const { end, host } = await redeployedAt(nth, { version: "2" }, dies);
      // The world refuses to do again what is on record, and its answers tell what came before.
      expect(resultOf(end), `moment ${nth}`).toEqual(resultOf(undisturbed.end));
      attempts.add(host.instances.length - 1);
    }
    expect([...attempts].sort()).toEqual([1, 2]);
  },
);

test("a run goes on by its journal where the code was changed and its version forgotten", async () => {
  const undisturbed = await redeployedAt(NEVER, { version: "1" }, false);
  let diverged = 0;
  for (let nth = 0; nth < undisturbed.moments; nth++) {
    // It hands over where the old code went on.
    const { end, host } = await redeployedAt(nth, { version: "1", operationsMost: 30 }, true);
    expect(resultOf(end), `moment ${nth}`).toEqual(resultOf(undisturbed.end));
    const [, ...attempts] = host.instances;
    for (const attempt of attempts)
      if (host.endOf(attempt)?.reason?.startsWith("Non-Deterministic")) diverged++;
  }
  expect(diverged).toBeGreaterThan(0);
});

function resultOf({ output }: InstanceEnd): unknown {
  const end = output as DurableEnd<unknown>;
  expect(end).toMatchObject({ kind: "done" });
  return (end as { result?: unknown }).result;
}

type Effects = { work: { input: { id: string }; answer: unknown } };
const ask = asker<Effects>();

test("what the old code still has under way when new code has taken over comes to nothing", async () => {
  const store = memoryStore();
  const host = new OrchestrationHost();
  const did: string[] = [];
  const gate = Promise.withResolvers<void>();
  const late: Promise<void>[] = [];
  const handlers: Handlers<Effects> = {
    work: async ({ id }) => {
      did.push(id);
      const nth = did.filter((each) => each === id).length;
      if (id === "quick" && nth === 1) host.deploy(code("2"));
      if (id === "slow" && nth === 1) {
        late.push(gate.promise);
        await gate.promise;
        return "too late";
      }
      if (id === "slow") {
        gate.resolve();
        // The one that is late tries to write its answer down before this one.
        for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      return `${id} ${nth}`;
    },
  };
  function* workflow(): Workflow<unknown> {
    const outcomes = yield* all(["quick", "slow"].map((id): Effect => ask.effect("work", { id })));
    return [outcomes, yield* ask("work", { id: "last" })];
  }
  const code = (version: string) =>
    orchestrationCode(host, { workflow, handlers: () => handlers, store, run: RUN, version });
  host.deploy(code("1"));
  host.start("run", {}, "run");
  const end = await host.run("run");
  expect(did).toEqual(["quick", "slow", "slow", "last"]);
  expect(resultOf(end)).toEqual([
    [
      { ok: true, answer: "quick 1" },
      { ok: true, answer: "slow 2" },
    ],
    "last 1",
  ]);
  await Promise.all(late);
  expect(JSON.stringify(await store.journal(RUN))).not.toContain("too late");
});

test("a run whose attempts die again and again is given up, and what it has done is in its journal", async () => {
  const store = memoryStore();
  const waitsMs: number[] = [];
  const host = new OrchestrationHost((ms) => void waitsMs.push(ms));
  let version = 0;
  const handlers: Handlers<Effects> = {
    work: async ({ id }) => {
      host.deploy(code());
      return id;
    },
  };
  function* workflow(): Workflow<null> {
    for (let nth = 0; nth < 10; nth++) yield* ask("work", { id: `${nth}` });
    return null;
  }
  const code = () =>
    orchestrationCode(host, {
      workflow,
      handlers: () => handlers,
      store,
      run: RUN,
      version: `${version++}`,
      attemptsMost: 4,
    });
  host.deploy(code());
  host.start("run", {}, "run");
  const { output } = await host.run("run");
  expect(output).toMatchObject({ kind: "given-up", failure: { code: "TIMED_OUT" } });
  expect(host.instances).toEqual(["run", "run-1", "run-2", "run-3", "run-4"]);
  expect(waitsMs.map((ms) => ms / 1000)).toEqual([5, 10, 20]);
  const entries = (await store.journal(RUN)) as { readonly kind?: string }[];
  expect(entries.filter(({ kind }) => kind === "work")).toHaveLength(4);
});
