import { setTimeout as delay } from "node:timers/promises";
import { type Endpoint, serve } from "../../../rehearsal/azure/serve.ts";
import type { Answer, Call } from "../../../rehearsal/azure/wire.ts";
import { DatabaseClock } from "../../../rehearsal/dynamodb/clock.ts";
import { OrchestrationHost } from "../../workflow/orchestration-host.ts";

export interface Started {
  readonly name: string;
  readonly id: string;
  readonly input: unknown;
}

/** What the Durable extension is to the functions that start orchestrations: an address that only the app reaches. */
export interface DurableEngine extends AsyncDisposable {
  readonly host: OrchestrationHost;
  /** As the binding of a durable client is filled in. */
  readonly client: object;
  readonly started: readonly Started[];
  /** Instances that were woken, with the event. */
  readonly woken: readonly { readonly id: string; readonly event: string }[];
  /** Whatever has passed in earlier tests. */
  setClock(ms: number): void;
  /** Waits are over at once, where none of them is for the database. */
  hurry(isHurried: boolean): void;
  /** So many calls fail next. */
  fail(calls: number): void;
}

/** Code that would reach into an orchestration for whoever has it. */
export const SYSTEM_KEY = "the-system-key-of-the-extension";

/** The database's own time passes for real; the engine's waits are virtual, and this long at most. */
const LONGEST_WAIT_MS = 250;
/** While an activity is at work the engine's time passes no sooner. */
const BUSY_MS = 5_000;

export async function startEngine(): Promise<DurableEngine> {
  let longestWaitMs = LONGEST_WAIT_MS;
  const passed = (ms: number) => delay(Math.min(ms, longestWaitMs));
  const host = new OrchestrationHost(passed, () => delay(BUSY_MS, "idle"));
  const started: Started[] = [];
  const woken: { readonly id: string; readonly event: string }[] = [];
  let failures = 0;

  const start = (name: string, id: string, input: unknown): Answer => {
    started.push({ name, id, input });
    host.start(name, input, id);
    return { status: 202, body: { id, ...managementUrls(id) } };
  };
  const status = (id: string): Answer => {
    if (!host.has(id)) return { status: 404, body: { message: "no such instance" } };
    const runtimeStatus = host.endOf(id)?.status ?? "Running";
    const times = { createdTime: new Date().toISOString(), lastUpdatedTime: new Date().toISOString() };
    const body = { name: "restore", instanceId: id, runtimeStatus, input: null, output: null, ...times };
    return { status: runtimeStatus === "Running" ? 202 : 200, body };
  };
  const raise = (id: string, event: string, data: unknown): Answer => {
    if (!host.has(id)) return { status: 404 };
    if (host.endOf(id) !== undefined) return { status: 410 };
    woken.push({ id, event });
    host.raise(id, event, data);
    return { status: 202 };
  };

  const answer = async ({ method, path, body }: Call): Promise<Answer> => {
    if (failures-- > 0) return { status: 500, body: { message: "the extension is unwell" } };
    const [, kind, first = "", second = "", third = ""] = path;
    if (method === "POST" && kind === "orchestrators") return start(first, second, body);
    if (method === "GET" && kind === "instances") return status(first);
    if (method === "POST" && second === "raiseEvent") return raise(first, third, body ?? null);
    return { status: 400, body: { message: `${method} ${path.join("/")}` } };
  };
  const endpoint: Endpoint = await serve(answer, { port: 0, clock: new DatabaseClock(0) });
  return {
    host,
    started,
    woken,
    client: {
      taskHubName: "stillpoint",
      creationUrls: managementUrls("INSTANCEID"),
      managementUrls: managementUrls("INSTANCEID"),
      baseUrl: `${endpoint.origin}/runtime/webhooks/durabletask`,
      requiredQueryStringParameters: `code=${SYSTEM_KEY}`,
      rpcBaseUrl: `${endpoint.origin}/durabletask/`,
    },
    setClock: (ms) => {
      host.nowMs = ms;
    },
    hurry: (isHurried) => {
      longestWaitMs = isHurried ? 0 : LONGEST_WAIT_MS;
    },
    fail: (calls) => {
      failures = calls;
    },
    [Symbol.asyncDispose]: () => endpoint.close(),
  };
}

function managementUrls(id: string): Readonly<Record<string, string>> {
  const at = (action: string) =>
    `https://stillpoint-restore.azurewebsites.net/runtime/webhooks/durabletask/instances/${id}/${action}?code=${SYSTEM_KEY}`;
  return {
    id,
    statusQueryGetUri: at("status"),
    sendEventPostUri: at("raiseEvent"),
    terminatePostUri: at("terminate"),
  };
}
