import type { Catalog } from "../../../shared/catalog/catalog.ts";
import { plannedOf } from "../../../shared/deployment/recorded-run.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import { ShowOutput } from "../json/catalog.ts";
import { pauseJson, pointJson } from "../json/point.ts";
import { runJson } from "../json/run.ts";
import { openCatalog } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { pauseLines } from "../show/pause.ts";
import { pointLines } from "../show/point.ts";
import { runLines } from "../show/run.ts";

/** `stillpoint show ID`: a restore point, a pause, or a run with its plan. */
export async function show(shell: Shell, id: string): Promise<Outcome> {
  const { catalog } = openCatalog(shell);
  return { schema: ShowOutput, ...(await recordOf(catalog, id)) };
}

async function recordOf(
  { points, pauses, runs }: Catalog,
  id: string,
): Promise<Pick<Outcome, "value" | "lines">> {
  const point = await points.find(id);
  if (point) return { value: { point: pointJson(point.record) }, lines: pointLines(point.record) };
  const pause = await pauses.find(id);
  if (pause) return { value: { pause: pauseJson(pause.record) }, lines: pauseLines(pause.record) };
  const found = await runs.find(id);
  if (found) {
    const run = plannedOf(found.record);
    return { value: { run: runJson(run) }, lines: runLines(run) };
  }
  throw new StillpointError(
    "NOT_FOUND",
    `the catalog has no restore point, pause or run "${id}"; nothing was changed`,
  );
}
