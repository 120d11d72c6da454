import { once } from "node:events";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { startDynamodb } from "./dynamodb/dynamodb.ts";
import type { ScaledFigure } from "./dynamodb/pace.ts";
import { startLocalWorld } from "./local-world.ts";
import { startScalardbWorld } from "./scalardb-world.ts";
import { tellStory } from "./story.ts";

export interface RehearsalOptions {
  /** Start only the DynamoDB with point-in-time recovery, and leave it running. */
  readonly only?: "dynamodb";
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
  const { only, ledger = "embedded", backend, port, seed = 1, signal, say } = options;
  const dynamodb = { ...(backend && { backend }), ...(port !== undefined && { port }) };
  if (only === "dynamodb") return serveDynamodb({ ...dynamodb, seed: String(seed) }, options);
  const start = ledger === "embedded" ? startLocalWorld : startScalardbWorld;
  say(
    "Starting a small world on this machine: a DynamoDB with point-in-time recovery and three instances ...",
  );
  if (ledger === "scalardb-server")
    say(
      "ScalarDB Server and DynamoDB Local have no setting for it: they listen on all interfaces meanwhile.",
    );
  const world = await start({ seed: String(seed), dynamodb, keep: options.keep ?? false });
  try {
    sayScaled(world.dynamodb.scaled, say);
    await tellStory(world, { say, signal });
    if (options.keep) await linger(world.config, world.dynamodb.endpoint, options);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new StillpointError("INTERRUPTED", "the rehearsal was interrupted; its world is gone");
  } finally {
    await world.close();
  }
}

async function serveDynamodb(
  settings: Parameters<typeof startDynamodb>[0],
  { signal, say }: RehearsalOptions,
): Promise<void> {
  const dynamodb = await startDynamodb(settings);
  say(
    `A DynamoDB with point-in-time recovery, in memory, at ${dynamodb.endpoint} (region ${dynamodb.region}, any credentials)`,
  );
  sayScaled(dynamodb.scaled, say);
  say("Ctrl-C ends it, and forgets everything.");
  if (!signal.aborted) await once(signal, "abort");
  await dynamodb.close();
}

function sayScaled(figures: readonly ScaledFigure[], say: (line: string) => void): void {
  say("Everything behaves like the service, only quicker:");
  for (const { what, hereMs, realMs } of figures)
    say(`  ${what}: ${seconds(hereMs)} here, ${seconds(realMs)} there`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toLocaleString("en-US", { maximumFractionDigits: 2 })} s`;
}

async function linger(config: string, endpoint: string, { signal, say }: RehearsalOptions): Promise<void> {
  say(`The world stays: DynamoDB at ${endpoint}, configuration in ${config}. Ctrl-C ends it.`);
  if (!signal.aborted) await once(signal, "abort");
}
