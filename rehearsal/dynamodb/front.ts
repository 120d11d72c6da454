import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AUTO_SCALING } from "./application-auto-scaling.ts";
import { BACKUP_LIST } from "./backup-list.ts";
import { BACKUP_RESTORE } from "./backup-restore.ts";
import { BACKUPS } from "./backups.ts";
import { CLOUDWATCH } from "./cloudwatch.ts";
import { CONTINUOUS_BACKUPS } from "./continuous-backups.ts";
import { CONTRIBUTOR_INSIGHTS } from "./contributor-insights.ts";
import type { Faults } from "./faults.ts";
import { KINESIS_DESTINATIONS } from "./kinesis-destinations.ts";
import { LAMBDA } from "./lambda.ts";
import { POINT_IN_TIME_RESTORE } from "./point-in-time-restore.ts";
import { READS } from "./reads.ts";
import { Refusal, refuse } from "./refusal.ts";
import { RESOURCE_POLICIES } from "./resource-policies.ts";
import { TABLE_CHANGES } from "./table-changes.ts";
import { TABLE_LIFE } from "./table-life.ts";
import { TAGS } from "./tags.ts";
import { TIME_TO_LIVE } from "./time-to-live.ts";
import { TRANSACTIONS } from "./transactions.ts";
import { sendAnswer, type Wire, type WireAnswer } from "./wire.ts";
import { readRequest, type WireRequest } from "./wire-request.ts";
import type { Call, Operations, World } from "./world.ts";
import { WRITES } from "./writes.ts";

/**
 * What is not listed is refused, even if the backend knows it: PartiQL, say, would write behind the journal's
 * back.
 */
const DYNAMODB: Operations = {
  ...READS,
  ...WRITES,
  ...TRANSACTIONS,
  ...TABLE_LIFE,
  ...TABLE_CHANGES,
  ...TIME_TO_LIVE,
  ...TAGS,
  ...RESOURCE_POLICIES,
  ...CONTRIBUTOR_INSIGHTS,
  ...KINESIS_DESTINATIONS,
  ...CONTINUOUS_BACKUPS,
  ...POINT_IN_TIME_RESTORE,
  ...BACKUPS,
  ...BACKUP_LIST,
  ...BACKUP_RESTORE,
};

const SERVICES: { readonly [target: string]: Operations } = {
  DynamoDB_20120810: DYNAMODB,
  AnyScaleFrontendService: AUTO_SCALING,
  GraniteServiceVersion20100801: CLOUDWATCH,
  AWSLambda: LAMBDA,
};

/** Longer than client pools keep an idle connection, so that a client never writes into one being closed. */
const KEEP_ALIVE_MS = 120_000;

export async function listen(world: World, faults: Faults, port: number): Promise<Server> {
  const server = createServer((message, response) => {
    void serve(world, faults, message, response);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function serve(
  world: World,
  faults: Faults,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const contentType = message.headers["content-type"] ?? "application/x-amz-json-1.0";
  try {
    const request = await readRequest(message);
    const answer = await carryOut(world, request, (service, operation) => faults.check(service, operation));
    if (faults.losesAnswer(request.operation)) response.destroy();
    else sendAnswer(response, answer, contentType, world.clock.now());
  } catch (error) {
    sendAnswer(response, answerTo(error), contentType, world.clock.now());
  }
}

/** Carries out a request and answers as the service would; never rejects. */
export async function carryOut(
  world: World,
  { service, operation, input }: WireRequest,
  check: (service: string, operation: string) => void,
  atMs?: number,
): Promise<WireAnswer> {
  try {
    const perform = SERVICES[service]?.[operation];
    if (perform === undefined)
      return refuse("UnknownOperationException", `Unknown operation: ${service}.${operation}`);
    check(service, operation);
    const call: Call = { operation, ...(atMs !== undefined && { atMs }) };
    // Each operation reads of its input only what it declares; this is where the wire enters.
    return { status: 200, body: (await perform(world, input as never, call)) as Wire };
  } catch (error) {
    return answerTo(error);
  }
}

function answerTo(error: unknown): WireAnswer {
  if (error instanceof Refusal) return { status: error.status, body: error.body };
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, body: { __type: "com.amazonaws.dynamodb.v20120810#InternalServerError", message } };
}
