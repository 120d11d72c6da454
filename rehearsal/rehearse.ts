import { once } from "node:events";
import { dirname } from "node:path";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { startCassandraWorld } from "./cassandra-world.ts";
import { startCosmosdbWorld } from "./cosmosdb-world.ts";
import { startDynamodb } from "./dynamodb/dynamodb.ts";
import { startJdbcWorld } from "./jdbc-world.ts";
import { startLocalWorld } from "./local-world.ts";
import { SCALAR_CLOCK_BOUND, tellNoPauseStory } from "./no-pause-story.ts";
import type { RehearsalWorld } from "./rehearsal-world.ts";
import { startScalardbJdbcWorld } from "./scalardb-jdbc-world.ts";
import { startScalardbWorld } from "./scalardb-world.ts";
import type { ScaledFigure } from "./scaled-figure.ts";
import { tellStory } from "./story.ts";
import type { Audience } from "./telling.ts";

type Database = "dynamodb" | "cosmosdb" | "postgresql" | "mysql" | "cassandra";

/** `backup`: a pause, a disaster, a restore. `no-pause`: no backup at all, and two disasters. */
export type Story = "backup" | "no-pause";

export interface RehearsalOptions {
  readonly story?: Story;
  /** Start only the DynamoDB with point-in-time recovery, and leave it running. */
  readonly only?: "dynamodb";
  /** What the ledger keeps its records in. */
  readonly database?: Database;
  readonly ledger?: "embedded" | "scalardb-server";
  /** URL of a DynamoDB endpoint under our layer; by default an embedded one. */
  readonly backend?: string;
  readonly port?: number;
  /** Leave the world running at the end, to look around in it, until interrupted. */
  readonly keep?: boolean;
  readonly seed?: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** The main job in a small local world, told as it happens. Throws `REHEARSAL_FAILED` where it does not end well. */
export async function rehearse(options: RehearsalOptions): Promise<void> {
  const { only, signal, say } = options;
  if (only === "dynamodb") return serveDynamodb(dynamodbOf(options), options);
  const { world, tellOf } = await startStory(options);
  try {
    sayScaled(world.scaled, say);
    await tellOf({ say, signal });
    if (options.keep) await linger(world, options);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new StillpointError("INTERRUPTED", "the rehearsal was interrupted; its world is gone");
  } finally {
    await world.close();
  }
}

interface StartedStory {
  readonly world: RehearsalWorld;
  readonly tellOf: (audience: Audience) => Promise<void>;
}

async function startStory(options: RehearsalOptions): Promise<StartedStory> {
  const { story = "backup", keep = false, say } = options;
  switch (story) {
    case "backup": {
      const world = await startWorld(options);
      return { world, tellOf: (audience) => tellStory(world, audience) };
    }
    case "no-pause": {
      say(startingWith("dynamodb"));
      const { seed, ...dynamodb } = dynamodbOf(options);
      const pause = { scalarClockBound: SCALAR_CLOCK_BOUND };
      const world = await startLocalWorld({ seed, dynamodb, keep, pause, assetsOnly: true });
      return { world, tellOf: (audience) => tellNoPauseStory(world, audience) };
    }
    default:
      return story satisfies never;
  }
}

function startingWith(database: Database): string {
  return `Starting a small world on this machine: ${WHAT[database]} and three instances ...`;
}

function dynamodbOf({ backend, port, seed = 1 }: RehearsalOptions) {
  return { ...(backend && { backend }), ...(port !== undefined && { port }), seed: String(seed) };
}

const WHAT = {
  dynamodb: "a DynamoDB with point-in-time recovery",
  cosmosdb: "an Azure with Cosmos DB and its continuous backup",
  postgresql: "a PostgreSQL server",
  mysql: "a MariaDB server",
  cassandra: "a Cassandra cluster of three nodes with Cassy and a bucket",
} as const satisfies Record<Database, string>;

const SERVER_EXPOSED = "ScalarDB Server has no setting for it: it listens on all interfaces meanwhile.";
const EXPOSED: Readonly<Record<Database, string>> = {
  dynamodb:
    "ScalarDB Server and DynamoDB Local have no setting for it: they listen on all interfaces meanwhile.",
  cosmosdb: SERVER_EXPOSED,
  postgresql: SERVER_EXPOSED,
  mysql: SERVER_EXPOSED,
  cassandra: SERVER_EXPOSED,
};

function startWorld(options: RehearsalOptions): Promise<RehearsalWorld> {
  const { database = "dynamodb", ledger = "embedded", port, keep = false, say } = options;
  const { seed, ...dynamodb } = dynamodbOf(options);
  say(startingWith(database));
  if (ledger === "scalardb-server") say(EXPOSED[database]);
  switch (database) {
    case "dynamodb":
      return ledger === "embedded"
        ? startLocalWorld({ seed, dynamodb, keep })
        : startScalardbWorld({ seed, dynamodb, keep });
    case "cosmosdb":
      return startCosmosdbWorld({ seed, keep, ...(port !== undefined && { cosmosdb: { port } }) });
    case "postgresql":
    case "mysql":
      return ledger === "embedded"
        ? startJdbcWorld({ engine: database, seed, keep })
        : startScalardbJdbcWorld({ engine: database, seed, keep });
    case "cassandra":
      return startCassandraWorld({ seed, keep });
    default:
      return database satisfies never;
  }
}

async function serveDynamodb(
  settings: Parameters<typeof startDynamodb>[0],
  { signal, say }: RehearsalOptions,
): Promise<void> {
  const dynamodb = await startDynamodb(settings);
  const items = settings?.backend === undefined ? "in memory" : `its items in ${settings?.backend}`;
  say(
    `A DynamoDB with point-in-time recovery, ${items}, at ${dynamodb.endpoint} (region ${dynamodb.region}, any credentials)`,
  );
  sayScaled(dynamodb.scaled, say);
  say(`Ctrl-C ends it, and forgets ${settings?.backend === undefined ? "everything" : "the history"}.`);
  if (!signal.aborted) await once(signal, "abort");
  await dynamodb.close();
}

function sayScaled(figures: readonly ScaledFigure[], say: (line: string) => void): void {
  if (figures.length === 0) return;
  say("Everything behaves like the service, only quicker:");
  for (const { what, hereMs, realMs } of figures)
    say(`  ${what}: ${seconds(hereMs)} here, ${seconds(realMs)} there`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toLocaleString("en-US", { maximumFractionDigits: 2 })} s`;
}

async function linger(
  { whereabouts, config, environment }: RehearsalWorld,
  { signal, say }: RehearsalOptions,
): Promise<void> {
  say(`The world stays, ${whereabouts}. Look around in it from another terminal, in this folder:`);
  say(`  export ${exportsOf(environment)}`);
  say(`  npx stillpoint --config ${config} status`);
  say(`Ctrl-C ends it; configuration and catalog stay in ${dirname(config)}`);
  if (!signal.aborted) await once(signal, "abort");
}

function exportsOf(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
