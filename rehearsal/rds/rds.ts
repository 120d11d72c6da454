import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseClock } from "../dynamodb/clock.ts";
import { CLOUDWATCH } from "../dynamodb/cloudwatch.ts";
import type { Wire } from "../dynamodb/wire.ts";
import { BESIDE } from "./beside.ts";
import { CHANGES } from "./changes.ts";
import { DESCRIBE } from "./describe.ts";
import { Faults } from "./faults.ts";
import { Fronts } from "./fronts.ts";
import { type Pace, REHEARSAL_PACE } from "./pace.ts";
import type { Place } from "./place.ts";
import { parseQuery } from "./query.ts";
import { Refusal, refuse } from "./refusal.ts";
import { settle } from "./resource.ts";
import { born, RESTORE } from "./restore.ts";
import type { Actions, Backing, World } from "./world.ts";
import { answerXml, errorXml } from "./xml.ts";

const ACTIONS: Actions = { ...DESCRIBE, ...RESTORE, ...CHANGES, ...BESIDE };

export interface RdsOptions {
  readonly pace?: Partial<Pace>;
  readonly clockOffsetMs?: number;
  readonly backing?: Backing;
}

/**
 * RDS and Aurora on 127.0.0.1, spoken to by unmodified clients: servers with their phases, their defaults after a
 * restore and their refusals; with a `backing` there is real data behind them. CloudWatch's alarms are at the same port.
 */
export interface Rds {
  readonly endpoint: string;
  readonly world: World;
  /** An instance or a cluster that was made a while ago. */
  add(added: Added): void;
  close(): Promise<void>;
}

export async function startRds({ pace, clockOffsetMs = 0, backing }: RdsOptions = {}): Promise<Rds> {
  const world: World = {
    clock: new DatabaseClock(clockOffsetMs),
    pace: { ...REHEARSAL_PACE, ...pace },
    region: "ap-northeast-1",
    faults: new Faults(),
    resources: [],
    subscriptions: [],
    proxies: new Map(),
    customEndpoints: [],
    groups: { subnet: new Set(), parameter: new Set(), clusterParameter: new Set(), option: new Set() },
    quotas: new Map(),
    alarms: new Map(),
    backing,
    fronts:
      backing && new Fronts((name) => world.resources.find((one) => one.name === name && !one.gone)?.place),
    failures: [],
    background: new Set(),
    births: 0,
  };
  const server = await listen(world);
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    world,
    add: (added) => add(world, added),
    close: async () => {
      server.closeAllConnections();
      server.close();
      world.fronts?.close();
      await Promise.allSettled(world.background);
    },
  };
}

interface Added {
  readonly kind: "instance" | "cluster";
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly ageMs?: number;
  readonly place?: Place;
}

const HOUR_MS = 3_600_000;

function add(world: World, { kind, name, fields, ageMs = HOUR_MS, place }: Added): void {
  const made = born(world, kind, name, { ...fields });
  const bornMs = world.clock.now() - ageMs;
  Object.assign(made, { bornMs, listedFromMs: bornMs, ...(place && { place }) });
  made.fields[kind === "instance" ? "InstanceCreateTime" : "ClusterCreateTime"] = new Date(bornMs);
}

async function listen(world: World): Promise<Server> {
  const server = createServer((message, response) => {
    void serve(world, message, response);
  });
  server.keepAliveTimeout = 120_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function serve(world: World, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(message);
  const target = String(message.headers["x-amz-target"] ?? "");
  if (target !== "") return sendJson(world, target, JSON.parse(body) as Wire, response);
  const input = parseQuery(body);
  const action = String(input["Action"]);
  const requestId = crypto.randomUUID();
  try {
    world.faults.check(action);
    const perform = ACTIONS[action] ?? refuse("InvalidAction", `Could not find operation ${action}`);
    for (const resource of world.resources) settle(resource, world.clock.now());
    const result = await perform(world, input);
    if (world.faults.losesAnswer(action)) response.destroy();
    else send(world, response, { status: 200, type: "text/xml", body: answerXml(action, result, requestId) });
  } catch (error) {
    const { status = 500, code = "InternalFailure" } = error instanceof Refusal ? error : {};
    const said = error instanceof Error ? error.message : String(error);
    send(world, response, { status, type: "text/xml", body: errorXml(code, said, requestId) });
  }
}

function sendJson(world: World, target: string, input: Wire, response: ServerResponse): void {
  const operation = target.split(".").at(-1) ?? "";
  try {
    world.faults.check(operation);
    const perform = CLOUDWATCH[operation] ?? refuse("UnknownOperationException", `no ${target}`);
    const body = JSON.stringify(perform(world as never, input as never, { operation }));
    send(world, response, { status: 200, type: "application/x-amz-json-1.0", body });
  } catch (error) {
    const { status = 500, code = "InternalFailure", message } = error as Partial<Refusal>;
    send(world, response, {
      status,
      type: "application/x-amz-json-1.0",
      body: JSON.stringify({ __type: code, message }),
    });
  }
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** `Date` is the service's own clock, which may be skewed. */
function send({ clock }: World, response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, {
    Date: new Date(clock.now()).toUTCString(),
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
