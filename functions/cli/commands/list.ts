import type { PauseRecord } from "../../../shared/catalog/model.ts";
import type { Deployment } from "../../../shared/config/config.ts";
import { leavesSomething } from "../../../shared/config/databases-of.ts";
import { ListOutput, listedRun, refusedJson } from "../json/catalog.ts";
import { pauseJson, pointJson } from "../json/point.ts";
import { deploymentsOf, openCatalog } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { invalidLines, pointTable } from "../show/point.ts";
import { refusedLines } from "../show/refused.ts";
import { runTable } from "../show/run.ts";

export interface ListOptions {
  readonly all?: boolean;
  readonly runs?: boolean;
}

/** `stillpoint list [DEPLOYMENT]`: of all deployments where none is named. */
export async function list(
  shell: Shell,
  name: string | undefined,
  { all = false, runs: withRuns = false }: ListOptions,
): Promise<Outcome> {
  const { config, catalog } = openCatalog(shell);
  const deployments = deploymentsOf(config, name);
  const points = await catalog.points.list(name);
  const pauses = all ? await catalog.pauses.list(name) : { records: [], unreadable: [] };
  const requests = all ? await catalog.requests.list(name) : { records: [], unreadable: [] };
  const refused = requests.records.filter(({ state }) => state === "refused");
  const runs = withRuns ? await catalog.runs.list(name) : { records: [], unreadable: [] };
  const invalid = pauses.records.filter(isInvalid);
  const unreadable = [points, pauses, requests, runs].flatMap((read) =>
    read.unreadable.map(({ message }) => message),
  );
  const value = {
    points: points.records.map(pointJson),
    ...(all && { invalid: invalid.map(pauseJson), refused: refused.map(refusedJson) }),
    ...(withRuns && { runs: runs.records.map(listedRun) }),
    unreadable,
  };
  const lines = [
    ...(points.records.length === 0 ? [noPointsText(deployments)] : pointTable(points.records, Date.now())),
    ...(all ? ["", ...invalidLines(invalid), ...refusedLines(refused)] : []),
    ...(withRuns ? ["", ...runTable(runs.records)] : []),
    ...unreadable.map((message) => `warning: ${message}`),
  ];
  return { schema: ListOutput, value, lines };
}

function noPointsText(deployments: readonly Deployment[]): string {
  const names = deployments.map((deployment) => deployment.name).join(", ");
  const byCommand = deployments.every(({ databases }) => !databases.some(leavesSomething));
  return `no restore points of ${names}; take one with: stillpoint backup${deployments.length > 1 ? " DEPLOYMENT" : ""}${byCommand ? " --run 'COMMAND'" : ""}`;
}

/** A pause whose backup died has no verdict, and is worth no more. */
function isInvalid({ verdict, state }: PauseRecord): boolean {
  return verdict === undefined ? state !== "open" : verdict.kind === "invalid";
}
