import { expect } from "vitest";
import { refuseOvertaken } from "../../../shared/deployment/refuse-overtaken.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import { type AbandonManagedEffects, abandonManaged } from "../../../shared/restore/managed/abandon.ts";
import type { CapturedManaged } from "../../../shared/restore/managed/captured.ts";
import type { ManagedEvent } from "../../../shared/restore/managed/effects.ts";
import type { ManagedPlan, PlannedServer } from "../../../shared/restore/managed/plan.ts";
import { type ManagedResult, restoreManaged } from "../../../shared/restore/managed/restore.ts";
import {
  changesSince,
  namingOf,
  RUN_TAG,
  serverDifferences,
} from "../../../shared/restore/managed/settings.ts";
import type { Handlers } from "../../../shared/workflow/effect.ts";
import { Journal } from "../../../shared/workflow/journal.ts";
import { runInProcess } from "../../../shared/workflow/run-in-process.ts";
import { memoryStore } from "../../catalog/memory-store.ts";
import { endOf, Life, mortalHandlers, mortalStore } from "../../workflow/mortal.ts";
import { contentVerification, scoped, scopeOver } from "../cloud-verification.ts";
import { Cloud, type CloudServer, type Weather } from "./cloud.ts";

/** What the world does beside the restore. */
export interface Circumstances extends Weather {
  readonly uncoveredLooks?: number;
  readonly torn?: readonly string[];
  /** Targets whose settings the service refuses to put back, for good. */
  readonly refused?: readonly string[];
}

/** A run of a plan with its journal, in a cloud of its own. */
export class Situation {
  readonly plan: ManagedPlan;
  readonly cloud: Cloud;
  readonly store = memoryStore();
  readonly events: ManagedEvent[] = [];
  state: "running" | "failed" | "abandoning" = "running";
  said = "";
  looks = 0;
  readonly circumstances: Circumstances;

  constructor(plan: ManagedPlan, circumstances: Circumstances = {}) {
    this.plan = plan;
    this.circumstances = circumstances;
    this.cloud = new Cloud(plan, circumstances);
  }

  /** Nothing that was broken stays unseen, whatever the workflow made of it. */
  async run(life = new Life()): Promise<ManagedResult> {
    this.cloud.begin();
    if (this.state === "abandoning") throw new StillpointError("ABANDON_UNFINISHED", "it is being abandoned");
    const journal = await Journal.open(mortalStore(life, this.store), this.plan.run);
    const result = await runInProcess<AbandonManagedEffects, ManagedResult>(restoreManaged(this.plan), {
      handlers: this.handlersOf(life, journal),
      journal,
      pass: async () => undefined,
    });
    expect(this.cloud.broken).toEqual([]);
    return result;
  }

  end(life = new Life()): Promise<string> {
    return this.#ended(this.run(life), life, "done");
  }

  async abandon(life = new Life()): Promise<string> {
    this.cloud.begin();
    this.cloud.abandoning = true;
    await Journal.fence(this.store, this.plan.run);
    const abandoned = runInProcess<AbandonManagedEffects, object>(abandonManaged(this.plan), {
      handlers: this.handlersOf(life),
      pass: async () => undefined,
    });
    return this.#ended(abandoned, life, "abandoned");
  }

  async #ended(work: Promise<unknown>, life: Life, whole: string): Promise<string> {
    const tell = (said: string) => {
      this.said = said;
    };
    const end = await endOf(work, { life, whole, tell });
    expect(this.cloud.broken).toEqual([]);
    return end;
  }

  handlersOf(life: Life, journal?: Journal): Handlers<AbandonManagedEffects> {
    return mortalHandlers(
      life,
      handlers(this, (moment) => life.pass(moment), journal),
    );
  }

  get names(): readonly string[] {
    return [...this.cloud.servers.keys()].sort();
  }
}

/** The run from beginning to end, with the moments at which it might have died. */
export async function undisturbed(plan: ManagedPlan) {
  const situation = new Situation(plan);
  const life = new Life();
  const result = await situation.run(life);
  return { result, situation, moments: life.moments };
}

/** The restore's effects on the cloud, with the adapters' manners: each can be carried out twice. */
function handlers(
  situation: Situation,
  pass: (moment: string) => void,
  journal: Journal | undefined,
): Handlers<AbandonManagedEffects> {
  const { cloud, circumstances, events } = situation;
  const guard = async (name: string) => journal && refuseOvertaken(journal, `server "${name}"`);
  return {
    recheck: async ({ plan, untouched }) => {
      recheck(cloud, plan, untouched);
      return null;
    },
    coverage: async () => {
      cloud.tick();
      return { done: ++situation.looks > (circumstances.uncoveredLooks ?? 2) };
    },
    "start-server": async ({ server, run }) => {
      if (cloud.servers.has(server.target)) requireOurs(cloud, server.target, run);
      else cloud.restore(server, run, circumstances.torn?.includes(server.target) ? "torn" : undefined);
      return {};
    },
    "observe-servers": async ({ servers }) => {
      cloud.tick();
      const states = servers.map(({ target }) => cloud.servers.get(target)?.status);
      if (states.includes("failed") || states.includes(undefined))
        throw new StillpointError("DATABASE_REFUSED", "the service gave up");
      return { done: states.every((status) => status === "available") };
    },
    "settle-server": async ({ server: { target, original, takesName }, run }) => {
      cloud.tick();
      const { set, status } = requireOurs(cloud, target, run);
      if (circumstances.refused?.includes(target)) return { done: true, refused: ["AWS refused the window"] };
      if (status !== "available") return { done: false, refused: [] };
      const wanted = withSettings(set, original, takesName);
      if (JSON.stringify(wanted) === JSON.stringify(set)) return { done: true, refused: [] };
      cloud.change(target, () => wanted);
      pass("inside a change");
      return { done: false, refused: [] };
    },
    "scope-copies": async ({ plan }) => {
      const tables = plan.servers.map(({ database, target }) =>
        scoped("asset", `${target}/asset`, "copy", database),
      );
      return scopeOver(plan.run, plan.servers[0]?.atSecond ?? 0, tables);
    },
    ...contentVerification({
      parts: cloud.parts,
      contentOf: (physical) => serverOf(cloud, physical)?.content ?? "",
      found: (physical) => cloud.verified.add(serverOf(cloud, physical)?.set.resourceId ?? ""),
    }),
    "compare-server": async ({ server, run }) => {
      const { original, target } = server;
      const found = [target, original.server]
        .map((name) => cloud.servers.get(name)?.set)
        .find((set) => set?.tags[RUN_TAG] === run);
      if (found === undefined) return { "": ["it is gone"] };
      const swapped = found.server === original.server;
      const named = swapped ? { ...found, ...byName(original) } : found;
      return serverDifferences(original, named, namingOf(server, run, swapped));
    },
    "look-again": async () => {
      if (cloud.running) throw new StillpointError("INSTANCES_RUNNING", "an instance answers");
      return null;
    },
    "swap-names": async ({ server, run }) => {
      await guard(server.target);
      cloud.tick();
      return { done: swap(cloud, server, run, pass) };
    },
    "address-of": async ({ name }) => {
      const { host = "", port = 0 } = cloud.servers.get(name)?.set ?? {};
      return { host, port };
    },
    "remove-server": async ({ server: { target }, run }) => {
      await guard(target);
      cloud.tick();
      if (!cloud.servers.has(target)) return { done: true };
      requireOurs(cloud, target, run);
      cloud.remove(target);
      return { done: false };
    },
    "missing-originals": async ({ plan }) =>
      plan.servers
        .filter(({ original }) => cloud.servers.get(original.server)?.set.resourceId !== original.resourceId)
        .map(({ original }) => original.server),
    "mark-run": async ({ state }) => {
      situation.state = state;
      return null;
    },
    report: async ({ event }) => {
      events.push(event);
      return null;
    },
  };
}

function requireOurs(cloud: Cloud, name: string, run: string): CloudServer {
  const found = cloud.servers.get(name);
  if (found?.set.tags[RUN_TAG] === run) return found;
  throw new StillpointError("PLAN_OUTDATED", `server "${name}" is not of run "${run}"`);
}

function serverOf(cloud: Cloud, physical: string): CloudServer | undefined {
  return cloud.servers.get(physical.split("/")[0] ?? "");
}

function recheck(cloud: Cloud, { servers, mode }: ManagedPlan, untouched: boolean): void {
  if (mode === "in-place" && cloud.running)
    throw new StillpointError("INSTANCES_RUNNING", "an instance answers");
  const amiss = servers.flatMap(({ original, target }) => {
    const now = cloud.byId(original.resourceId)?.set;
    if (now?.server !== original.server) return [`"${original.server}" is gone`];
    return [
      ...changesSince(original, now),
      ...(untouched && cloud.servers.has(target) ? [`"${target}" is taken`] : []),
    ];
  });
  if (amiss.length > 0) throw new StillpointError("PLAN_OUTDATED", amiss.join("; "));
}

/** All but what goes by names, where it will have the original's; else alarms of its own. */
function withSettings(set: CapturedManaged, original: CapturedManaged, takesName: boolean): CapturedManaged {
  const alarms = original.surroundings.map(({ kind, name, says }) => ({
    kind,
    name: `${name}-sp-0a1b2c3d`,
    says: JSON.parse(JSON.stringify(says).replaceAll(`"${original.server}"`, `"${set.server}"`)) as unknown,
  }));
  return { ...set, settings: original.settings, surroundings: takesName ? [] : alarms };
}

/** What has the original's names has what goes by them. */
function byName({
  members,
  surroundings,
}: CapturedManaged): Pick<CapturedManaged, "members" | "surroundings"> {
  return { members, surroundings };
}

function swap(cloud: Cloud, server: PlannedServer, run: string, pass: (moment: string) => void): boolean {
  const { original, target, kept } = server;
  const old = cloud.byId(original.resourceId);
  if (old?.set.server !== kept) {
    if (old?.status === "available") {
      cloud.rename(original.server, kept);
      pass("inside a rename");
    }
    return false;
  }
  const restored = cloud.servers.get(original.server);
  if (restored?.set.tags[RUN_TAG] === run) return restored.status === "available";
  if (cloud.servers.get(target)?.status === "available") {
    cloud.rename(target, original.server);
    pass("inside a rename");
  }
  return false;
}
