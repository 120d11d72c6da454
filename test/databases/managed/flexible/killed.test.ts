import { expect, test } from "vitest";
import type { ManagedEffects } from "../../../../shared/restore/managed/effects.ts";
import type { ManagedPlan } from "../../../../shared/restore/managed/plan.ts";
import { type ManagedResult, restoreManaged } from "../../../../shared/restore/managed/restore.ts";
import { namingOf, serverDifferences } from "../../../../shared/restore/managed/settings.ts";
import type { Handlers } from "../../../../shared/workflow/effect.ts";
import { Journal } from "../../../../shared/workflow/journal.ts";
import { runInProcess } from "../../../../shared/workflow/run-in-process.ts";
import { memoryStore } from "../../../catalog/memory-store.ts";
import { contentVerification, scoped, scopeOver } from "../../../restore/cloud-verification.ts";
import { Life, mortalHandlers, mortalStore } from "../../../workflow/mortal.ts";
import { type Prod, planNow, RUN, startProd, TARGET } from "./prod.ts";

/** The restore's effects on a server that another process opens; its rows are always whole. */
function handlers({ reopen }: Prod): Handlers<ManagedEffects> {
  const managed = reopen();
  return {
    recheck: async () => null,
    coverage: async ({ plan: { servers } }) => {
      const reaches = await Promise.all(servers.map(({ original }) => managed.reach(original)));
      return {
        done: reaches.every((reach, index) => (reach?.latestSecond ?? 0) >= (servers[index]?.atSecond ?? 0)),
      };
    },
    "start-server": ({ server, run }) => managed.start(server, run),
    "observe-servers": async ({ servers, started, run }) => {
      const looks = servers.map((server, index) => managed.advance(server, run, started[index] ?? {}));
      return { done: (await Promise.all(looks)).every(Boolean) };
    },
    "settle-server": ({ server, run }) => managed.settle(server, run),
    "scope-copies": async ({ plan }) =>
      scopeOver(plan.run, plan.servers[0]?.atSecond ?? 0, [scoped("asset", "asset", "copy", "ledger")]),
    ...contentVerification({ parts: new Set(), contentOf: () => "whole", found: () => undefined }),
    "compare-server": async ({ server, run }) => {
      const restored = await managed.findNamed(server.target);
      return restored === undefined
        ? { "": ["it is gone"] }
        : serverDifferences(server.original, restored, namingOf(server, run, false));
    },
    "look-again": async () => null,
    "swap-names": async ({ server, run }) => ({ done: await managed.swap(server, run) }),
    "address-of": ({ name }) => managed.addressOf(name),
    "remove-server": async () => ({ done: true }),
    report: async () => null,
  };
}

async function planOf(prod: Prod): Promise<ManagedPlan> {
  const servers = [await planNow(prod)];
  const plan = { deployment: "payments", run: RUN, point: "p", mode: "side-by-side" as const, servers };
  return { kind: "managed", ...plan, instances: [] };
}

async function live(prod: Prod, plan: ManagedPlan, store: ReturnType<typeof memoryStore>, life: Life) {
  const journal = await Journal.open(mortalStore(life, store), RUN);
  return runInProcess<ManagedEffects, ManagedResult>(restoreManaged(plan), {
    handlers: mortalHandlers(life, handlers(prod)),
    journal,
    pass: async () => undefined,
  });
}

test("killed around every effect and resumed, a restore of a flexible server ends as an undisturbed one", async () => {
  const first = await startProd();
  const life = new Life();
  const { settingsDifferences, servers } = await live(first, await planOf(first), memoryStore(), life);
  expect(servers).toMatchObject([{ restored: TARGET, host: `${TARGET}.postgres.database.azure.com` }]);
  expect(settingsDifferences).toEqual({
    [TARGET]: ['lock "keep" is not there', 'virtual endpoint "steady" is not there'],
  });
  const moments = [...new Set(life.moments)].filter((moment) => /server|compare|address/.test(moment));
  expect(moments).toContain("after start-server");
  for (const moment of moments) {
    const prod = await startProd();
    const [plan, store] = [await planOf(prod), memoryStore()];
    const dying = live(prod, plan, store, new Life(life.moments.indexOf(moment)));
    await expect(dying, moment).rejects.toThrow(/died/);
    const resumed = await live(prod, plan, store, new Life());
    expect(resumed, moment).toMatchObject({ settingsDifferences, servers });
    expect(prod.flexible.server("postgresql", TARGET)?.standby, moment).toBe("Healthy");
  }
});
