import { settledPages, settlementOf } from "../../../shared/deployment/dropped.ts";
import { plannedOf } from "../../../shared/deployment/recorded-run.ts";
import type { Change, Dropped } from "../../../shared/settle/change.ts";
import { DroppedOutput } from "../json/dropped.ts";
import { openCatalog } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { droppedHead, droppedLines } from "../show/dropped.ts";

/** `stillpoint dropped RUN`: from the catalog alone, before the restore has ended too. */
export async function dropped(shell: Shell, id: string): Promise<Outcome> {
  const { catalog } = openCatalog(shell);
  const run = plannedOf((await catalog.runs.get(id)).record);
  const settlement = await settlementOf(catalog, run);
  for (const line of droppedHead(run, settlement)) shell.say(line);
  const all = { dropped: [] as Dropped[], changes: [] as Change[] };
  for await (const page of settledPages(catalog, id, settlement)) {
    for (const one of page.dropped) for (const line of droppedLines(one)) shell.say(line);
    if (!shell.json) continue;
    for (const one of page.dropped) all.dropped.push(one);
    for (const change of page.changes) all.changes.push(change);
  }
  const { deployment, point } = run;
  return {
    schema: DroppedOutput,
    value: { run: id, deployment, point, settlement, ...all },
    lines: [],
  };
}
