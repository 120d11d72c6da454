import { createRequire, Module } from "node:module";

type Callback = (...args: unknown[]) => unknown;

interface Metadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, { readonly type: string }>>;
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
  registering = new Map();
  try {
    code();
    return registering;
  } finally {
    registering = undefined;
  }
}

/** Calls a function as the worker does, with the library's own model of an invocation: JSON in, JSON out. */
export async function invoke({ metadata, callback }: FunctionOf, input: unknown): Promise<unknown> {
  if (model === undefined) throw new Error("the library has set no programming model");
  const [name] = Object.keys(metadata.bindings);
  const invocation = model.getInvocationModel({
    invocationId: "invocation",
    metadata,
    request: { inputData: [{ name, data: { json: JSON.stringify(input ?? null) } }], triggerMetadata: {} },
    log: () => undefined,
  });
  const { context, inputs } = await invocation.getArguments();
  const result = await invocation.invokeFunction(context, inputs, callback);
  const { returnValue } = await invocation.getResponse(context, result);
  return contentOf(returnValue);
}

function contentOf(data: Readonly<Record<string, unknown>> | null | undefined): unknown {
  if (data === null || data === undefined) return null;
  const { json } = data;
  return typeof json === "string" ? (JSON.parse(json) as unknown) : Object.values(data)[0];
}
