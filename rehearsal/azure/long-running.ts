import { messageOf } from "../../shared/errors/stillpoint-error.ts";
import type { Progress } from "./progress.ts";
import { Refusal } from "./refusal.ts";
import { type Answer, asWire, type Wire } from "./wire.ts";
import { type AzureWorld, type ManagedCall, wait } from "./world.ts";

interface Work {
  readonly ms: number;
  /** What the first answer carries, once the work has been accepted. */
  readonly accepted: () => Answer;
  /** Done after the time has passed; its answer is the operation's result. */
  readonly work: () => Promise<Wire | undefined> | Wire | undefined;
}

/** Answers at once with where to ask, and does the work after a while. */
export function begin(world: AzureWorld, call: ManagedCall, { ms, accepted, work }: Work): Answer {
  const id = crypto.randomUUID();
  world.operations.set(id, { kind: "running" });
  world.background.run(async () => {
    await wait(world, ms);
    world.operations.set(id, await outcomeOf(work));
  });
  const provider = providerOf(call);
  const base = `${call.origin}/subscriptions/${world.subscription}/providers/${provider}/locations/rehearsal`;
  const version = `api-version=${call.query.get("api-version") ?? ""}`;
  const answer = accepted();
  return {
    ...answer,
    headers: {
      ...answer.headers,
      "Azure-AsyncOperation": `${base}/${STATUSES[provider] ?? "azureAsyncOperation"}/${id}?${version}`,
      Location: `${base}/operationResults/${id}?${version}`,
    },
  };
}

/** What a provider calls the place where an operation is asked for, where not as most do. */
const STATUSES: Readonly<Record<string, string>> = { "Microsoft.DocumentDB": "operationsStatus" };

function providerOf({ path }: ManagedCall): string {
  return path[path.findLastIndex((segment) => segment.toLowerCase() === "providers") + 1] ?? "";
}

/** As most operations are accepted: without a word about the resource. */
export function enqueued(): Answer {
  return { status: 202, body: { status: "Enqueued" } };
}

/** As all changes below a resource are made: accepted first. */
export function later(
  world: AzureWorld & { readonly pace: { readonly resourceMs: number } },
  call: ManagedCall,
  work: () => Wire | undefined,
): Answer {
  return begin(world, call, { ms: world.pace.resourceMs, accepted: enqueued, work });
}

async function outcomeOf(work: Work["work"]): Promise<Progress> {
  try {
    return { kind: "succeeded", result: await work() };
  } catch (error) {
    const code = error instanceof Refusal ? String(error.body["code"]) : "InternalServerError";
    return { kind: "failed", code, message: messageOf(error) };
  }
}

export function operationStatus({ operations }: AzureWorld, { params }: ManagedCall): Answer {
  const progress = operations.get(String(params["operation"]));
  if (progress === undefined) return unknown(params);
  switch (progress.kind) {
    case "running":
      return { status: 200, body: { status: "InProgress" } };
    case "succeeded":
      return { status: 200, body: { status: "Succeeded", ...propertiesOf(progress.result) } };
    case "failed": {
      const { code, message } = progress;
      return { status: 200, body: { status: "Failed", error: { code, message } } };
    }
    default:
      return progress satisfies never;
  }
}

export function operationResult({ operations }: AzureWorld, { params }: ManagedCall): Answer {
  const progress = operations.get(String(params["operation"]));
  if (progress === undefined) return unknown(params);
  if (progress.kind === "running") return { status: 202, body: { status: "InProgress" } };
  if (progress.kind === "succeeded")
    return progress.result ? { status: 200, body: progress.result } : { status: 204 };
  return { status: 400, body: { code: progress.code, message: progress.message } };
}

function propertiesOf(result: Wire | undefined): Wire {
  return result === undefined ? {} : { properties: asWire(result["properties"] ?? result) };
}

function unknown(params: ManagedCall["params"]): Answer {
  const message = `The operation '${params["operation"]}' was not found`;
  return { status: 404, body: { code: "NotFound", message } };
}
