import { callExtension } from "./extensions.ts";
import { operationResult, operationStatus } from "./long-running.ts";
import { refuseByManager } from "./refusal.ts";
import { type Answer, asWire, type Call } from "./wire.ts";
import type { AzureWorld, Operation, Routes } from "./world.ts";

/** Routes of the imitated providers, by their names: `Microsoft.DocumentDB`. */
export type Providers<W> = Readonly<Record<string, Routes<W>>>;

/** Every provider has them. */
const OPERATIONS: Routes<AzureWorld> = {
  "GET locations/:location/operationsStatus/:operation": operationStatus,
  "GET locations/:location/azureAsyncOperation/:operation": operationStatus,
  "GET locations/:location/operationResults/:operation": operationResult,
};

/** A route that fits a call, and what it says of it. */
interface Match<W> {
  readonly operation: Operation<W>;
  readonly params: Readonly<Record<string, string>>;
  /** As role definitions name what is needed to make the call. */
  readonly action: string;
}

/** The Azure Resource Manager, as far as some providers and what hangs on their resources is concerned. */
export async function manage<W extends AzureWorld>(
  providers: Providers<W>,
  world: W,
  call: Call,
): Promise<Answer | undefined> {
  const principal = authenticate(world, call);
  const { operation, params, action } = match(providers, call) ?? extensionMatch(providers, call);
  if (action !== "") world.faults.check(action, scopeOf(call), principal);
  const answer = await operation(world, { ...call, params, wire: asWire(call.body) });
  return world.faults.losesAnswer(action) ? undefined : answer;
}

function authenticate({ identity }: AzureWorld, { headers }: Call): string {
  const token = /^Bearer (.+)$/.exec(headers["authorization"] ?? "")?.[1];
  const principal = token === undefined ? undefined : identity.principalOf(token);
  return (
    principal ??
    refuseByManager(401, "InvalidAuthenticationToken", "The access token is missing or not valid.")
  );
}

/** Where two routes fit, the first is taken: those with fewer names in them come first. */
function match<W extends AzureWorld>(providers: Providers<W>, call: Call): Match<W> | undefined {
  const below = belowProvider(providers, call.path);
  if (below === undefined) return undefined;
  const { provider, group, path } = below;
  const routes: Routes<W> = { ...providers[provider], ...OPERATIONS };
  for (const [route, operation] of Object.entries(routes)) {
    const [method, pattern = ""] = route.split(" ");
    const params = method === call.method ? paramsOf(pattern.split("/"), path) : undefined;
    if (params === undefined) continue;
    const action = actionOf(provider, call.method, pattern, params);
    return { operation, params: { ...group, ...params }, action };
  }
  return undefined;
}

interface Below {
  readonly provider: string;
  readonly group: Readonly<Record<string, string>>;
  readonly path: readonly string[];
}

/** Nothing, if the last provider in the path is another: then it is an extension of one of our resources. */
function belowProvider<W>(providers: Providers<W>, path: readonly string[]): Below | undefined {
  const at = path.findLastIndex((segment) => segment.toLowerCase() === "providers");
  const provider = knownProvider(providers, path[at + 1]);
  if (provider === undefined) return undefined;
  const group = path[2]?.toLowerCase() === "resourcegroups" ? { group: path[3] ?? "" } : {};
  return { provider, group, path: path.slice(at + 2) };
}

function knownProvider<W>(providers: Providers<W>, name = ""): string | undefined {
  return Object.keys(providers).find((known) => known.toLowerCase() === name.toLowerCase());
}

function paramsOf(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [position, part] of pattern.entries()) {
    const segment = path[position] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = segment;
    else if (part.toLowerCase() !== segment.toLowerCase()) return undefined;
  }
  return params;
}

const VERBS: Readonly<Record<string, string>> = {
  GET: "read",
  HEAD: "read",
  PUT: "write",
  PATCH: "write",
  DELETE: "delete",
  POST: "action",
};

/** Asking how an operation goes needs no permission of its own. */
function actionOf(
  provider: string,
  method: string,
  pattern: string,
  params: Readonly<Record<string, string>>,
): string {
  if (pattern.endsWith(":operation")) return "";
  const types = pattern
    .split("/")
    .map((part) => (part === ":kind" ? String(params["kind"]) : part))
    .filter((part) => !part.startsWith(":") && part !== "default");
  return [provider, ...types, VERBS[method]].join("/");
}

function extensionMatch<W extends AzureWorld>(providers: Providers<W>, call: Call): Match<W> {
  const at = call.path.findLastIndex((segment) => segment.toLowerCase() === "providers");
  const [provider, ...below] = call.path.slice(at + 1);
  const types = below.filter((_, position) => position % 2 === 0);
  if (at < 0 || provider === undefined || knownProvider(providers, provider) !== undefined)
    refuseByManager(
      404,
      "InvalidResourceType",
      `There is no '${call.method}' of '/${call.path.join("/")}' here.`,
    );
  return { operation: callExtension, params: {}, action: [provider, ...types, VERBS[call.method]].join("/") };
}

function scopeOf({ path, method }: Call): string {
  return `/${(method === "POST" ? path.slice(0, -1) : path).join("/")}`;
}
