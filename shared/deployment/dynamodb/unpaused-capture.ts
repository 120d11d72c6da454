import type { RestorePoint } from "../../catalog/model.ts";
import type { DynamodbSettings } from "../../databases/dynamodb/database.ts";
import type { DiscoveryBasis, Instance } from "../../pause/instance.ts";
import { distinctInstances } from "../../pause/instance.ts";
import type { CapturedDynamodb, CapturedTable } from "../../restore/dynamodb/captured.ts";
import { type Coverage, coverageOfAll } from "../../restore/dynamodb/coverage.ts";
import { secondText } from "../../verify/time-text.ts";
import type { OpenDeployment } from "../open-deployment.ts";

/** One database as it is at this moment. */
export interface CapturedNow {
  readonly name: string;
  readonly settings: DynamodbSettings;
  readonly captured: CapturedDynamodb;
  /** Why no restore could rest on it. */
  readonly problems: readonly string[];
}

/** What a backup would have recorded of a deployment, looked at without a pause. */
export interface UnpausedCapture {
  readonly databases: readonly CapturedNow[];
  readonly instances: readonly Instance[];
  readonly discovery: DiscoveryBasis;
  /** As with a restore point: the functions' network that has reached all of these instances before. */
  readonly takenFrom?: string;
}

/** Empty where a deployment keeps its data in another kind of database: see `otherKinds`. */
export async function unpausedCapture(open: OpenDeployment): Promise<UnpausedCapture> {
  const names = open.settings.databases.filter(({ kind }) => kind === "dynamodb").map(({ name }) => name);
  const databases = await Promise.all(names.map((name) => captureNow(open, name)));
  return { databases, ...(await knownInstances(open)) };
}

async function captureNow(open: OpenDeployment, name: string): Promise<CapturedNow> {
  const { capture, settings } = open.dynamodb(name);
  const { captured, problems } = await capture({ withAlarms: true });
  return { name, settings, captured, problems };
}

/** After a disaster a discovery may find nobody, or not answer at all: the last backup knows who there was. */
async function knownInstances(open: OpenDeployment): Promise<Omit<UnpausedCapture, "databases">> {
  const found = await open.discoverAll().catch(() => undefined);
  const last = await newestPoint(open);
  const recorded = distinctInstances(last?.instances ?? []);
  const instances = distinctInstances([...recorded, ...(found?.instances ?? [])]);
  const isReached = last?.takenFrom !== undefined && instances.length === recorded.length;
  return {
    instances,
    discovery: found?.basis ?? last?.discovery ?? "list",
    ...(isReached && { takenFrom: last.takenFrom }),
  };
}

async function newestPoint({ catalog, settings }: OpenDeployment): Promise<RestorePoint | undefined> {
  return (await catalog.points.list(settings.name)).records.at(-1);
}

const INSTEAD = {
  cosmosdb: "of Cosmos DB only a second inside a pause can be restored",
  jdbc: "a dump is of the moment at which it was taken: restore a point (stillpoint list)",
  managed:
    "one server's own recovery is consistent at any second, and needs no settling and no quiet second: restore it with the service's own point-in-time recovery",
  cassandra: "Cassandra has no recovery to a second",
} as const;

/** Why a second at which nobody paused is no use where the data is in such databases. */
export function otherKinds({ settings }: OpenDeployment): readonly string[] {
  const none =
    settings.databases.length === 0
      ? ["the configuration names no database, so nothing can be restored"]
      : [];
  return [
    ...none,
    ...settings.databases.flatMap(({ name, kind }) =>
      kind === "dynamodb" ? [] : [`database "${name}" is of kind ${kind}: ${INSTEAD[kind]}`],
    ),
  ];
}

/** What all tables of all databases together can be restored to at present, where there is such a span. */
export function commonCoverage(databases: readonly CapturedNow[]): Coverage | undefined {
  return coverageOfAll(tablesOf(databases));
}

/** Named of the tables that a second is too early or too late for: mostly it is so for all of them. */
const MOST_NAMED = 2;

/** Which tables cannot be restored to a second, a sentence each: not any more, or not yet when it has not passed. */
export function uncovered(
  databases: readonly CapturedNow[],
  second: number,
  nowMs: number,
): readonly string[] {
  const isAhead = (second + 1) * 1000 > nowMs;
  const all = tablesOf(databases).flatMap(({ name, coverage }) => {
    if (coverage === undefined) return [`table "${name}" has no point-in-time recovery`];
    const { earliestSecond, latestSecond } = coverage;
    if (second >= earliestSecond && (second <= latestSecond || !isAhead)) return [];
    return [
      `table "${name}" can be restored from ${secondText(earliestSecond)} to ${secondText(latestSecond)} at present, not to ${secondText(second)}`,
    ];
  });
  const others = all.length - MOST_NAMED;
  return others > 1 ? [...all.slice(0, MOST_NAMED), `neither can ${others} other tables`] : all;
}

function tablesOf(databases: readonly CapturedNow[]): readonly CapturedTable[] {
  return databases.flatMap(({ captured }) => captured.tables);
}
