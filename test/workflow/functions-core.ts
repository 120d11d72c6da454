import { createRequire, Module } from "node:module";

type Callback = (...args: unknown[]) => unknown;

interface Metadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, { readonly type: string; readonly [setting: string]: unknown }>>;
}

interface Model {
  getInvocationModel(context: object): {
    getArguments(): Promise<{ readonly context: object; readonly inputs: unknown[] }>;
    invokeFunction(context: object, inputs: unknown[], handler: Callback): Promise<unknown>;
    getResponse(
      context: object,
      result: unknown,
    ): Promise<{ readonly returnValue?: { readonly json?: string } }>;
  };
}

export interface FunctionOf {
  readonly metadata: Metadata;
  readonly callback: Callback;
}

let model: Model | undefined;
let registering: Map<string, FunctionOf> | undefined;

/** What the worker of Azure Functions gives to the library in place of a package of this name. */
const CORE = {
  version: "4.0.0",
  setProgrammingModel(given: Model): void {
    model = given;
  },
  registerFunction(metadata: Metadata, callback: Callback): void {
    if (registering?.has(metadata.name)) throw new Error(`"${metadata.name}" is registered twice`);
    registering?.set(metadata.name, { metadata, callback });
  },
  registerHook: () => ({ dispose: () => undefined }),
  log: () => undefined,
};

const prototype = Module.prototype as unknown as { require: (this: unknown, id: string) => unknown };
const required = prototype.require;
prototype.require = function intercepted(id) {
  return id === "@azure/functions-core" ? CORE : required.call(this, id);
};

/** Loaded after the interception, as in the worker. */
export const df = createRequire(import.meta.url)("durable-functions") as typeof import("durable-functions");

/** The functions that this code registers. */
export function registered(code: () => void): ReadonlyMap<string, FunctionOf> {
  const found = new Map<string, FunctionOf>();
  registering = found;
  try {
    code();
    return found;
  } finally {
    registering = undefined;
  }
}

/** The functions that a module registers when it is loaded, as the worker loads it. */
export async function registeredBy(load: () => Promise<unknown>): Promise<ReadonlyMap<string, FunctionOf>> {
  const found = new Map<string, FunctionOf>();
  registering = found;
  try {
    await load();
    return found;
  } finally {
    registering = undefined;
  }
}

let heard: (line: string) => void = () => undefined;

/** Told of each line that a function logs, as the worker hands it to the service. */
export function onLogged(hear: (line: string) => void): void {
  heard = hear;
}

interface Call {
  /** What triggers it, as it travels: `{ json }` or `{ http }`. */
  readonly data: object;
  /** What else it is given, by the type of its binding. */
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** Calls a function as the worker does, with the library's own model of an invocation. */
export async function call(
  { metadata, callback }: FunctionOf,
  { data, inputs = {} }: Call,
): Promise<unknown> {
  if (model === undefined) throw new Error("the library has set no programming model");
  const inputData = Object.entries(metadata.bindings).flatMap(([name, { type }]) => {
    if (type.endsWith("Trigger")) return [{ name, data }];
    return type in inputs ? [{ name, data: { json: JSON.stringify(inputs[type]) } }] : [];
  });
  const invocation = model.getInvocationModel({
    invocationId: "invocation",
    metadata,
    request: { inputData, triggerMetadata: {} },
    log: (_level: string, _category: string, line: string) => heard(line),
  });
  const { context, inputs: given } = await invocation.getArguments();
  const result = await invocation.invokeFunction(context, given, callback);
  const { returnValue } = await invocation.getResponse(context, result);
  return contentOf(returnValue);
}

/** JSON in, JSON out. */
export function invoke(called: FunctionOf, input: unknown): Promise<unknown> {
  return call(called, { data: { json: JSON.stringify(input ?? null) } });
}

function contentOf(data: Readonly<Record<string, unknown>> | null | undefined): unknown {
  if (data === null || data === undefined) return null;
  const { json } = data;
  return typeof json === "string" ? (JSON.parse(json) as unknown) : Object.values(data)[0];
}
