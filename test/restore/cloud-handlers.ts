import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { AbandonEffects } from "../../shared/restore/dynamodb/abandon.ts";
import type { BackedUp, DynamodbEvent, Observation } from "../../shared/restore/dynamodb/effects.ts";
import type { DynamodbPlan } from "../../shared/restore/dynamodb/plan.ts";
import { madeBy } from "../../shared/restore/dynamodb/quiet/tries.ts";
import { settingsDifferences } from "../../shared/restore/dynamodb/settings.ts";
import { byDatabase, observationOf, type Watched } from "../../shared/restore/dynamodb/watched.ts";
import type { Lasting } from "../../shared/verify/obstacle.ts";
import type { Handlers } from "../../shared/workflow/effect.ts";
import { BARE, type Cloud } from "./cloud.ts";
import { settlingHandlers } from "./cloud-settling.ts";
import { contentAt, DOUBTS } from "./cloud-state.ts";
import { cloudVerification } from "./cloud-verification.ts";

/** What the world does beside the restore. */
export interface Circumstances {
  /** Whether instances run when the restore asks for the nth time. */
  readonly running?: (asked: number) => boolean;
  /** Looks until every table can be restored to its second. */
  readonly uncoveredLooks?: number;
  /** Temporary names of copies that are torn. */
  readonly torn?: readonly string[];
  /** No copy can be proven, and this is known of other seconds. */
  readonly unprovable?: Lasting;
  /** Nobody paused: every copy has something in doubt. */
  readonly doubtful?: boolean;
  /** It cannot be told what is whole. */
  readonly unsettleable?: boolean;
  /** Original names that somebody writes to as soon as they were replaced. */
  readonly writtenTo?: readonly string[];
  /** Original names whose settings the service refuses to put back, for good. */
  readonly refused?: readonly string[];
  /** Deleting gets as far as switching the protection off. */
  readonly unprotectsOnly?: boolean;
}

/** The process that carries the effects out. */
interface Process {
  readonly events: DynamodbEvent[];
  /** How often the world was asked so far, by this process and those before. */
  readonly counts: { asked: number; looks: number };
  readonly guard?: (table: string) => Promise<unknown>;
  readonly markRun: (state: "abandoning" | "failed") => null;
}

/** The restore's effects on the cloud, with the adapter's manners: each can be carried out twice. */
export function cloudHandlers(
  cloud: Cloud,
  {
    running = () => false,
    uncoveredLooks = 2,
    torn = [],
    unprovable,
    doubtful = false,
    unsettleable = false,
    writtenTo = [],
    refused = [],
    unprotectsOnly = false,
  }: Circumstances = {},
  { events, counts, guard = async () => undefined, markRun }: Process,
): Handlers<AbandonEffects> {
  return {
    recheck: async ({ plan, untouched }) => {
      if (plan.mode === "in-place" && running(++counts.asked))
        throw new StillpointError("INSTANCES_RUNNING", "an instance answers");
      recheck(cloud, plan, untouched);
      return null;
    },
    coverage: async () => ({ done: ++counts.looks > uncoveredLooks }),
    "start-copy": async ({ sourceArn, sourceId, target, atSecond }) => {
      const name = sourceArn.slice(sourceArn.indexOf(":table/") + ":table/".length);
      if (cloud.tables.has(target)) return { started: true };
      if (cloud.tables.get(name)?.id !== sourceId)
        throw new StillpointError("PLAN_OUTDATED", `"${name}" is another table`);
      if (!cloud.hasRoom()) return { started: false };
      const content = `${contentAt(name, atSecond)}${doubtful ? DOUBTS.join("") : ""}`;
      cloud.restore(target, torn.includes(target) ? "torn" : content);
      return { started: true };
    },
    "start-backup": async ({ table, backup }) => {
      const id = cloud.tables.get(table)?.id;
      const known = [...cloud.backups].find(([, { name, tableId }]) => name === backup && tableId === id);
      return { arn: known?.[0] ?? cloud.backUp(table, backup) };
    },
    "delete-table": async ({ name }) => {
      await guard(name);
      cloud.deleteTable(name);
      return null;
    },
    "delete-original": async ({ name, id, temporary, backupArn }) => {
      const table = cloud.tables.get(name);
      if (table === undefined || table.status === "DELETING") return null;
      if (table.id !== id) throw new StillpointError("RESTORE_BLOCKED", `"${name}" is another table`);
      await guard(name);
      if (!hasCopies(cloud, { temporary, backupArn }))
        throw new StillpointError("RESTORE_BLOCKED", `"${name}" may be the only copy`);
      if (unprotectsOnly) cloud.unprotect(name);
      else cloud.deleteTable(name);
      return null;
    },
    "mark-lost": async () => null,
    "look-again": async ({ plan, copies }) => {
      lookAgain(cloud, plan, copies);
      return null;
    },
    "delete-backup": async ({ arn }) => {
      cloud.deleteBackup(arn);
      return null;
    },
    "start-replacement": async ({ backupArn, target }) => {
      const backup = cloud.backups.get(backupArn);
      if (cloud.tables.has(target)) return { started: true };
      if (!cloud.hasRoom()) return { started: false };
      if (backup?.status !== "AVAILABLE") throw new StillpointError("DATABASE_REFUSED", "no such backup");
      cloud.restore(target, writtenTo.includes(target) ? "written to" : backup.content, backupArn);
      return { started: true };
    },
    observe: async (watched) => {
      cloud.tick();
      return observe(cloud, watched);
    },
    ...cloudVerification(cloud, unprovable),
    ...settlingHandlers(cloud, unsettleable),
    "record-proven": async ({ atSecond }) => {
      cloud.proven.add(atSecond);
      return null;
    },
    "apply-settings": async ({ table: { name, original } }) => {
      if (refused.includes(name)) return ["the service refused the tags"];
      const table = cloud.tables.get(name);
      if (table) table.settings = original.settings;
      return [];
    },
    "compare-settings": async ({ table: { name, original } }) => {
      const table = cloud.tables.get(name);
      return table ? settingsDifferences(original.settings, table.settings) : ["the table is gone"];
    },
    "missing-originals": async ({ plan }) =>
      plan.tables
        .filter(
          ({ name, id }) => cloud.tables.get(name)?.id !== id || cloud.tables.get(name)?.status !== "ACTIVE",
        )
        .map(({ name }) => name),
    "mark-run": async ({ state }) => markRun(state),
    "protect-again": async ({ table: { name } }) => {
      const table = cloud.tables.get(name);
      if (table) table.settings = { ...table.settings, deletionProtection: true };
      return null;
    },
    "run-backups": async ({ plan }) =>
      [...cloud.backups].flatMap(([arn, { name }]) => {
        const table = madeBy(plan).tables.find(({ backup }) => backup === name);
        return table ? [{ database: table.database, arn }] : [];
      }),
    report: async ({ event }) => {
      events.push(event);
      return null;
    },
  };
}

function hasCopies(
  cloud: Cloud,
  { temporary, backupArn }: Pick<BackedUp, "temporary" | "backupArn">,
): boolean {
  const [copy, backup] = [cloud.tables.get(temporary), cloud.backups.get(backupArn)];
  return copy?.status === "ACTIVE" && backup?.status === "AVAILABLE" && backup.tableId === copy.id;
}

function lookAgain(cloud: Cloud, { tables }: DynamodbPlan, copies: readonly BackedUp[]): void {
  const standing = tables.filter(({ name, id }) => {
    const table = cloud.tables.get(name);
    return table?.id === id && table.status === "ACTIVE";
  });
  const whole = standing.every(({ name, original }) => {
    const copy = copies.find((each) => each.name === name);
    const settings = cloud.tables.get(name)?.settings ?? BARE;
    const { deletionProtection } = original.settings;
    const found = { ...settings, deletionProtection };
    return (
      copy !== undefined &&
      hasCopies(cloud, copy) &&
      settingsDifferences(original.settings, found).length === 0 &&
      (deletionProtection || !settings.deletionProtection)
    );
  });
  if (!whole)
    throw new StillpointError(
      standing.length === tables.length ? "PLAN_OUTDATED" : "RESTORE_BLOCKED",
      "the world has changed between two lives",
    );
}

function recheck(cloud: Cloud, plan: DynamodbPlan, untouched: boolean): void {
  const changed = plan.tables.filter(({ name, id }) => cloud.tables.get(name)?.id !== id);
  const made = madeBy(plan);
  const taken = [...made.tables, ...made.onlyRead].filter(({ temporary }) => cloud.tables.has(temporary));
  if (changed.length > 0 || (untouched && taken.length > 0))
    throw new StillpointError("PLAN_OUTDATED", "the world has changed");
}

function observe(cloud: Cloud, watched: Watched): Observation {
  const states = watched.tables.map(({ database, name }) => {
    return { database, name, state: cloud.tables.get(name)?.status ?? "ABSENT" };
  });
  const found = watched.backups.map(({ arn }) => [arn, cloud.backups.get(arn)?.status ?? "DELETED"]);
  return observationOf(watched, { tables: byDatabase(states), backups: Object.fromEntries(found) });
}
