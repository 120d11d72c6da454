import type { Catalog } from "../catalog/catalog.ts";
import type { SettledPage } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import type { DynamodbResult } from "../restore/dynamodb/restore.ts";
import { pageId, type Settlement } from "../settle/settlement.ts";
import type { Entry } from "../workflow/journal-entry.ts";
import { isForgotten } from "./dynamodb/settled/forget-settled.ts";
import type { PlannedRun } from "./plan-restore.ts";

/** What a run has decided to drop and to change: it is on record before the first row is changed. */
export async function settlementOf(catalog: Catalog, run: PlannedRun): Promise<Settlement> {
  const { id, state, plan } = run;
  if (plan.restore.kind !== "dynamodb" || plan.restore.settling === undefined)
    throw new StillpointError(
      "NOT_FOUND",
      `run "${id}" settles nothing, so that it drops nothing; nothing was changed`,
    );
  const { settled } = (run.result ?? {}) as Partial<DynamodbResult>;
  const settlement = settled ?? (await decidedSoFar(catalog, id));
  if (settlement !== undefined) {
    await refuseForgotten(catalog, run, settlement);
    return settlement;
  }
  throw new StillpointError(
    "NOT_FOUND",
    `run "${id}" (${state}) has not decided ${state === "abandoned" ? "" : "yet "}what it drops; nothing was changed`,
  );
}

async function refuseForgotten({ settlements }: Catalog, { id, state }: PlannedRun, { pages }: Settlement) {
  const first = pages === 0 ? undefined : await settlements.find(pageId(id, 0));
  if (first === undefined || !isForgotten(first.record)) return;
  throw new StillpointError(
    "NOT_FOUND",
    `run "${id}" is ${state}: the copies that it had settled are gone, and so is the list of what they lacked; nothing was changed. To see it anew, settle the same second again, with --side-by-side`,
  );
}

/** Its pages may be there in part before: they count once this is answered. */
async function decidedSoFar({ journal }: Catalog, run: string): Promise<Settlement | undefined> {
  const entries = (await journal.read(run)) as readonly Entry[];
  const outcome = entries.findLast(({ kind }) => kind === "settle-parts")?.outcome;
  return outcome?.ok ? (outcome.answer as Settlement) : undefined;
}

/** The pages of it, one after the other. */
export async function* settledPages(
  { settlements }: Catalog,
  run: string,
  { pages }: Settlement,
): AsyncGenerator<SettledPage> {
  for (let page = 0; page < pages; page++) {
    const found = await settlements.find(pageId(run, page));
    if (found === undefined)
      throw new StillpointError(
        "CATALOG_DAMAGED",
        `page ${page} of ${pages} of what run "${run}" has settled is not in the catalog; nothing was changed`,
      );
    yield found.record;
  }
}
