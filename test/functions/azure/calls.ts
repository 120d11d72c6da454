import { call, type FunctionOf } from "../../workflow/functions-core.ts";

type Functions = ReadonlyMap<string, FunctionOf>;

function named(functions: Functions, name: string): FunctionOf {
  const found = functions.get(name);
  if (found === undefined) throw new Error(`no function "${name}" is registered`);
  return found;
}

/** The host fires a timer. */
export async function fire(functions: Functions, name: string, isPastDue = false): Promise<void> {
  const status = {
    Last: "0001-01-01T00:00:00",
    Next: new Date().toISOString(),
    LastUpdated: "0001-01-01T00:00:00",
  };
  const json = JSON.stringify({
    Schedule: { AdjustForDST: true },
    ScheduleStatus: status,
    IsPastDue: isPastDue,
  });
  await call(named(functions, name), { data: { json } });
}

export interface Answered {
  readonly status: number;
  /** As it is sent. */
  readonly text: string;
  readonly json: unknown;
}

interface Asking {
  /** An object is sent as JSON. */
  readonly body?: object | string;
  readonly client?: object;
}

/** A call over HTTP that has come past the key of its function. */
export async function ask(
  functions: Functions,
  name: string,
  { body, client }: Asking = {},
): Promise<Answered> {
  const { metadata } = named(functions, name);
  const [trigger] = Object.values(metadata.bindings);
  const [method = "GET"] = (trigger?.["methods"] ?? []) as string[];
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const http = {
    method,
    url: `https://stillpoint-test.azurewebsites.net/api/${name}`,
    headers: { "content-type": "application/json" },
    params: {},
    query: {},
    ...(text !== undefined && { body: { bytes: Buffer.from(text) } }),
  };
  const inputs = client === undefined ? {} : { durableClient: client };
  return answered(await call(named(functions, name), { data: { http }, inputs }));
}

/** Event Grid delivers an event, or whatever else it is. */
export async function deliver(functions: Functions, event: unknown, client: object): Promise<void> {
  const data = { json: JSON.stringify(event) };
  await call(named(functions, "request-event"), { data, inputs: { durableClient: client } });
}

function answered(returned: unknown): Answered {
  const { statusCode, body } = returned as {
    statusCode: string;
    body?: { bytes?: Uint8Array; string?: string };
  };
  const text = body?.bytes === undefined ? (body?.string ?? "") : Buffer.from(body.bytes).toString("utf8");
  return { status: Number(statusCode), text, json: text === "" ? undefined : JSON.parse(text) };
}
