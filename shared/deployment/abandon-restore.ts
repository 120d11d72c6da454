import type { Run } from "../catalog/model.ts";
import { Journal } from "../workflow/journal.ts";
import { runInProcess } from "../workflow/run-in-process.ts";
import { unmarkLost } from "./dynamodb/lost-points.ts";
import { missingOriginals } from "./dynamodb/missing-originals.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import type { PlannedRun } from "./plan-restore.ts";
import { abandoning, type Removed, restoreHandlers } from "./restoring.ts";
import { abandonPlan, plannedRun, refuseEnded, setState } from "./run-record.ts";
import type { Running } from "./run-restore.ts";
import { verifyHandlers } from "./verify-handlers.ts";

interface Abandoning extends Omit<Running, "confirm"> {
  /** The way out where neither going on nor removing is safe: ends the run and leaves everything as it is. */
  readonly keepCopies?: boolean;
}

const NOTHING_OF = {
  dynamodb: { kind: "dynamodb", tables: 0, backups: 0 },
  cosmosdb: { kind: "cosmosdb", accounts: 0 },
  jdbc: { kind: "jdbc", databases: 0 },
  managed: { kind: "managed", servers: 0 },
  cassandra: { kind: "cassandra", left: [] },
  search: { kind: "search", tables: 0 },
} as const satisfies Record<Removed["kind"], Removed>;

/** Removes what a run that nobody will finish has made, by the same laws, and frees its lease. */
export async function abandonRestore(
  open: OpenDeployment,
  id: string,
  { report, signal, keepCopies = false }: Abandoning,
): Promise<Removed> {
  const { catalog, clock, settings } = open;
  const run = await plannedRun(open, id);
  const { restore: plan } = run.plan;
  refuseEnded(run, plan.mode === "in-place" ? run.state : "abandoned");
  if (run.state === "planned") {
    await abandonPlan(open, id);
    return NOTHING_OF[plan.kind];
  }
  await catalog.acquireLease(settings.name, { kind: "restore", run: id }, clock.wallMs());
  // A runner that is still at work stops at its next step; it must not delete what the clean-up rests on.
  await Journal.fence(catalog.store, id);
  if (keepCopies) return endAsItStands(open, run);
  const removed = await runInProcess(abandoning(plan), {
    handlers: restoreHandlers(open, plan, {
      report,
      verification: verifyHandlers(open),
      markRun: (state) => markRun(open, run, state),
    }),
    ...(signal && { signal }),
  });
  await unmarkLost(open, id);
  await endAbandoned(open, id);
  return removed;
}

/** What an earlier abandoning has removed does not come back: then the mark stays. */
async function markRun(open: OpenDeployment, run: Run, state: "abandoning" | "failed"): Promise<void> {
  const { catalog, clock } = open;
  if (run.state === "abandoning") return;
  await catalog.runs.update(run.id, (now) => {
    refuseEnded(now, "abandoned");
    return { ...now, state, updatedMs: clock.wallMs() };
  });
  // Also one that resumed the run just before the mark.
  if (state === "abandoning") await Journal.fence(catalog.store, run.id);
}

async function endAbandoned(open: OpenDeployment, id: string): Promise<void> {
  await setState(open, id, { state: "abandoned" });
  await open.catalog.releaseLease(open.settings.name, id);
}

async function endAsItStands(open: OpenDeployment, { id, plan }: PlannedRun): Promise<Removed> {
  const { restore } = plan;
  const isWhole = restore.kind !== "dynamodb" || (await missingOriginals(open, restore)).length === 0;
  if (isWhole) await unmarkLost(open, id);
  await endAbandoned(open, id);
  return NOTHING_OF[restore.kind];
}
