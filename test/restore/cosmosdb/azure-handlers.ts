import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import type { AbandonCosmosdbEffects } from "../../../shared/restore/cosmosdb/abandon.ts";
import {
  type CapturedContainer,
  type CapturedCosmosdb,
  containerName,
} from "../../../shared/restore/cosmosdb/captured.ts";
import { changesSince } from "../../../shared/restore/cosmosdb/changes-since.ts";
import type { CosmosdbEvent } from "../../../shared/restore/cosmosdb/effects.ts";
import type { CosmosdbPlan } from "../../../shared/restore/cosmosdb/plan.ts";
import { madeAccounts } from "../../../shared/restore/cosmosdb/restore.ts";
import { accountDifferences, RUN_TAG } from "../../../shared/restore/cosmosdb/settings.ts";
import type { Scope } from "../../../shared/verify/scope.ts";
import type { Handlers } from "../../../shared/workflow/effect.ts";
import { contentVerification, scoped, scopeOver } from "../cloud-verification.ts";
import type { Azure } from "./azure.ts";
import { type AzureAccount, contentAt } from "./azure-state.ts";

/** What the world does beside the restore. */
export interface Circumstances {
  /** Looks until every container can be restored to its second. */
  readonly uncoveredLooks?: number;
  /** Names of copies that are torn. */
  readonly torn?: readonly string[];
  /** `database/container` whose settings the service refuses to put back, for good. */
  readonly refused?: readonly string[];
}

/** The process that carries the effects out. */
interface Process {
  readonly events: CosmosdbEvent[];
  /** How often the world was asked so far, by this process and those before. */
  readonly counts: { looks: number };
  /** In the middle of an effect: the process may die there. */
  readonly pass: (moment: string) => void;
  readonly guard?: (name: string) => Promise<unknown>;
  readonly markRun: (state: "abandoning" | "failed") => null;
}

/** The restore's effects on the cloud, with the adapter's manners: each can be carried out twice. */
export function azureHandlers(
  cloud: Azure,
  { uncoveredLooks = 2, torn = [], refused = [] }: Circumstances,
  { events, counts, pass, guard = async () => undefined, markRun }: Process,
): Handlers<AbandonCosmosdbEffects> {
  const change = changing(cloud, pass);
  return {
    recheck: async ({ plan, untouched }) => {
      recheck(cloud, plan, untouched);
      return null;
    },
    coverage: async () => {
      cloud.tick();
      return { done: ++counts.looks > uncoveredLooks };
    },
    "start-account": async ({ account, run, of }) => {
      const { target, later, original, atSecond } = account;
      const name = of === "copy" ? target : later.target;
      if (cloud.accounts.has(name)) {
        requireOurs(cloud, name, run);
        return {};
      }
      const second = of === "copy" ? atSecond : later.atSecond;
      const content = torn.includes(name) ? "torn" : contentAt(original.account, second);
      const all = original.databases.map((database) => database.name);
      cloud.restore(name, {
        from: original,
        content,
        run,
        databases: of === "copy" ? all : [later.coordinator],
      });
      return { operation: `operations/${name}` };
    },
    "observe-accounts": async ({ accounts }) => {
      cloud.tick();
      const states = accounts.map(({ name }) => ({ name, status: cloud.accounts.get(name)?.status }));
      for (const { name, status } of states)
        if (status === undefined || status === "Failed")
          throw new StillpointError("DATABASE_REFUSED", `the service gave up restoring account "${name}"`);
      return { done: states.every(({ status }) => status === "Succeeded" || status === "Updating") };
    },
    "make-strong": async ({ name }) => {
      await change(name, "default consistency level", ({ settings, ...set }) => ({
        ...set,
        settings: { ...settings, consistency: "Strong" },
      }));
      return null;
    },
    "open-way": async ({ account: { way }, name, run }) => {
      cloud.tick();
      const { set, status } = requireOurs(cloud, name, run);
      if (way.kind === "subnet") {
        const done = cloud.endpoints.has(`${name}-verify`);
        if (!done) cloud.connect(`${name}-verify`, name);
        return { done };
      }
      const isOpen = set.settings.network.ipRules.join() === way.address;
      if (isOpen || status !== "Succeeded") return { done: isOpen && status === "Succeeded" };
      cloud.change(name, "firewall", ({ settings, ...others }) => ({
        ...others,
        settings: {
          ...settings,
          network: { ...settings.network, publicNetworkAccess: "Enabled", ipRules: [way.address] },
        },
      }));
      return { done: false };
    },
    "scope-copies": async ({ plan }) => scopeOf(plan),
    ...contentVerification({
      parts: cloud.parts,
      contentOf: (physical) => accountOf(cloud, physical)?.content ?? "",
      found: (physical) => cloud.law.verified.add(accountOf(cloud, physical)?.instanceId ?? ""),
    }),
    "apply-container": async ({ account: { target }, container }) => {
      const name = containerName(container);
      if (refused.includes(name)) return ["the service refused the stored procedure"];
      await change(target, `settings of ${name}`, (set) => withContainer(set, container));
      return [];
    },
    "apply-account": async ({ account: { target, original, way }, run, takesOver }) => {
      const { databases } = original;
      await change(target, "throughput of the databases", (set) => ({ ...set, databases }));
      if (!takesOver) return [];
      await change(target, "surroundings", (set) => ({ ...set, ...surroundingsOf(original) }));
      await change(target, "settings", (set) => ({ ...set, settings: settingsOf(original, set, run) }));
      if (way.kind === "subnet") cloud.disconnect(`${target}-verify`);
      for (const { database, name, ttl } of original.containers)
        await change(target, "time to live", (set) => withTtl(set, { database, name, ttl }));
      return [];
    },
    "compare-account": async ({ account: { target, original }, takesOver }) => {
      const found = cloud.accounts.get(target)?.set;
      return found ? accountDifferences(original, found, { takesOver }) : { "": ["it is gone"] };
    },
    "delete-account": async ({ name, run }) => {
      await guard(name);
      cloud.tick();
      if (!cloud.accounts.has(name)) {
        cloud.disconnect(`${name}-verify`);
        return { done: true };
      }
      requireOurs(cloud, name, run);
      cloud.delete(name);
      return { done: false };
    },
    "endpoint-of": async ({ name }) => ({
      endpoint: cloud.accounts.get(name)?.set.documentEndpoint ?? "",
    }),
    "missing-originals": async ({ plan }) => {
      const gone = plan.accounts.filter(
        ({ original }) => cloud.accounts.get(original.account)?.instanceId !== original.instanceId,
      );
      return gone.map(({ original }) => original.account);
    },
    "mark-run": async ({ state }) => markRun(state),
    report: async ({ event }) => {
      events.push(event);
      return null;
    },
  };
}

type Change = (set: CapturedCosmosdb) => CapturedCosmosdb;

/** One change, waited for. The process may die between the call and its answer. */
function changing(cloud: Azure, pass: Process["pass"]) {
  return async (name: string, what: string, to: Change): Promise<void> => {
    cloud.law.beginChange(name);
    try {
      // Whoever changes it beside us begins now.
      await null;
      cloud.settle(name);
      cloud.change(name, what, to);
      pass(`inside ${what}`);
      cloud.settle(name);
    } finally {
      cloud.law.endChange(name);
    }
  };
}

function requireOurs(cloud: Azure, name: string, run: string): AzureAccount {
  const found = cloud.accounts.get(name);
  if (found?.set.settings.tags[RUN_TAG] === run) return found;
  throw new StillpointError("PLAN_OUTDATED", `account "${name}" is not of run "${run}"`);
}

function recheck(cloud: Azure, plan: CosmosdbPlan, untouched: boolean): void {
  const changed = plan.accounts.flatMap((account) => {
    const now = cloud.accounts.get(account.original.account)?.set;
    if (now === undefined) return account.wasDeleted ? [] : [`"${account.original.account}" is gone`];
    return changesSince(account, plan, now);
  });
  const taken = madeAccounts(plan).filter(({ name }) => untouched && cloud.accounts.has(name));
  if (changed.length + taken.length > 0)
    throw new StillpointError("PLAN_OUTDATED", [...changed, ...taken.map(({ name }) => name)].join("; "));
}

function scopeOf(plan: CosmosdbPlan): Scope {
  const tables = plan.accounts.flatMap(({ database, target, later, original: { containers } }) => [
    ...containers.map((one) => scoped(one.name, `${target}/${containerName(one)}`, "copy", database)),
    scoped("state", `${later.target}/${later.coordinator}/state`, "later", database),
  ]);
  return scopeOver(plan.run, plan.accounts[0]?.atSecond ?? 0, tables);
}

function accountOf(cloud: Azure, physical: string): AzureAccount | undefined {
  return cloud.accounts.get(physical.split("/")[0] ?? "");
}

function withContainer(set: CapturedCosmosdb, wanted: CapturedContainer): CapturedCosmosdb {
  return withEach(set, wanted, ({ ttl }) => ({ ...wanted, ttl }));
}

function withTtl(
  set: CapturedCosmosdb,
  { ttl, ...of }: Pick<CapturedContainer, "database" | "name" | "ttl">,
): CapturedCosmosdb {
  return withEach(set, of, (container) => ({ ...container, ttl }));
}

function withEach(
  set: CapturedCosmosdb,
  of: Pick<CapturedContainer, "database" | "name">,
  change: (container: CapturedContainer) => CapturedContainer,
): CapturedCosmosdb {
  const name = containerName(of);
  const containers = set.containers.map((each) => (containerName(each) === name ? change(each) : each));
  return { ...set, containers };
}

/** Names of assignments are random. */
function surroundingsOf({
  privateEndpoints,
  diagnosticSettings,
  roleDefinitions,
  roleAssignments,
  accessAssignments,
  locks,
}: CapturedCosmosdb): Partial<CapturedCosmosdb> {
  const renamed = roleAssignments.map((one) => ({ ...one, name: `${one.name}-again` }));
  return {
    privateEndpoints,
    diagnosticSettings,
    roleDefinitions,
    roleAssignments: renamed,
    accessAssignments,
    locks,
  };
}

/** All but the consistency, which was set before. */
function settingsOf(
  original: CapturedCosmosdb,
  { settings: { consistency } }: CapturedCosmosdb,
  run: string,
): CapturedCosmosdb["settings"] {
  const { settings } = original;
  return { ...settings, consistency, tags: { ...settings.tags, [RUN_TAG]: run } };
}
