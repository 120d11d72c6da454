import type { RestorePoint } from "../../catalog/model.ts";
import { replicated } from "../../databases/dynamodb/database.ts";
import { lookBriefly } from "../../databases/dynamodb/look-briefly.ts";
import { messageOf } from "../../errors/stillpoint-error.ts";
import { isByCommandOnly } from "../../restore/choose-point.ts";
import type { Coverage } from "../../restore/dynamodb/coverage.ts";
import { howSettled, obstaclesOf, type SettlingFacts } from "../../restore/dynamodb/settled/settling.ts";
import { lastPointCost, reachOf, type SeenDatabase, settlingCost } from "../../restore/dynamodb/ways-back.ts";
import { quietObstacles } from "../../restore/search/obstacles.ts";
import { BY_COMMAND, type Cost, recordedCost, type WayBack } from "../../restore/way-back.ts";
import { inTime } from "../in-time.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { liveQuiet } from "./live-quiet.ts";
import { settlingFacts } from "./settled/settle-obstacles.ts";

/** What is looked at to tell what a disaster now would cost. */
export interface Looking {
  readonly lastPoint?: RestorePoint | undefined;
  /** However large the coordinator is: it costs read capacity. Otherwise only a small one is read. */
  readonly readCoordinator?: boolean;
  /** How long the databases have for their first answers, and again to read a small coordinator. */
  readonly limitMs: number;
}

/** What a disaster now would cost where all data is in DynamoDB. */
export async function dynamodbWaysBack(open: OpenDeployment, looking: Looking): Promise<readonly WayBack[]> {
  const { lastPoint, limitMs } = looking;
  const seen = await lookAtAll(open, limitMs).catch(messageOf);
  if (typeof seen === "string")
    return [
      { by: "last-point", ...recordedCost(lastPoint, open.clock.wallMs(), seen) },
      { by: "quiet-second", kind: "unknown", because: seen },
      { by: "settling", kind: "unknown", because: seen },
    ];
  return [
    { by: "last-point", ...pointCost(open, lastPoint, seen) },
    { by: "quiet-second", ...(await quietCostOf(open, seen, looking)) },
    { by: "settling", ...settlingCostOf(open, seen) },
  ];
}

function lookAtAll(open: OpenDeployment, limitMs: number): Promise<readonly SeenDatabase[]> {
  const { databases, name: deployment } = open.settings;
  return inTime(limitMs, `looking at the tables of "${deployment}"`, (signal) =>
    Promise.all(
      databases.map(async ({ name }) => {
        const { connection, settings } = open.dynamodb(name);
        return { name, ...(await lookBriefly(connection, settings, signal)) };
      }),
    ),
  );
}

function pointCost(
  { clock }: OpenDeployment,
  point: RestorePoint | undefined,
  seen: readonly SeenDatabase[],
): Cost {
  const nowMs = clock.wallMs();
  if (point === undefined) return recordedCost(point, nowMs);
  if (isByCommandOnly(point)) return recordedCost(point, nowMs, BY_COMMAND);
  return lastPointCost(point, seen, nowMs);
}

function settlingCostOf(open: OpenDeployment, seen: readonly SeenDatabase[]): Cost {
  const facts = factsOf(open, seen);
  const reach = reachWithout([...obstaclesOf(facts), ...replicatedIn(open, seen)], seen);
  if (reach.kind === "impossible") return reach;
  const perhaps = facts.schemas
    .filter((schema) => howSettled(schema) === "perhaps")
    .map(({ physical }) => physical);
  const cost = settlingCost(reach, facts.clocks, open.clock.wallMs());
  return { ...cost, ...(perhaps.length > 0 && { perhaps }) };
}

async function quietCostOf(
  open: OpenDeployment,
  seen: readonly SeenDatabase[],
  looking: Looking,
): Promise<Cost> {
  const facts = factsOf(open, seen);
  const reach = reachWithout([...quietObstacles(facts), ...replicatedIn(open, seen)], seen);
  return reach.kind === "impossible"
    ? reach
    : liveQuiet(open, { reach, seen, clocks: facts.clocks, ...looking });
}

/** Also said where a restore is planned. */
function replicatedIn(open: OpenDeployment, seen: readonly SeenDatabase[]): readonly string[] {
  return seen.flatMap(({ name, tables }) => replicated(tables, open.dynamodb(name).settings.globalTables));
}

function factsOf(open: OpenDeployment, seen: readonly SeenDatabase[]): SettlingFacts {
  return settlingFacts(
    open,
    seen.map(({ name, tables }) => ({ settings: open.dynamodb(name).settings, captured: { tables } })),
  );
}

type Reach = ({ readonly kind: "reach" } & Coverage) | Extract<Cost, { kind: "impossible" }>;

/** What all tables can be restored to, where nothing speaks against it. */
function reachWithout(obstacles: readonly string[], seen: readonly SeenDatabase[]): Reach {
  const reach = reachOf(seen);
  if ("because" in reach) return { kind: "impossible", because: [...obstacles, ...reach.because] };
  return obstacles.length > 0 ? { kind: "impossible", because: obstacles } : { kind: "reach", ...reach };
}
