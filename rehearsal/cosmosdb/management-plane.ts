import { ACCOUNTS } from "./accounts.ts";
import { CONTINUOUS_BACKUP } from "./continuous-backup.ts";
import { callExtension } from "./extensions.ts";
import { operationResult, operationStatus } from "./long-running.ts";
import { refuseByManager } from "./refusal.ts";
import { RESTORABLE } from "./restorable.ts";
import { ROLES } from "./roles.ts";
import { SQL_RESOURCES } from "./sql-resources.ts";
import { THROUGHPUT } from "./throughput.ts";
import { type Answer, asWire, type Call } from "./wire.ts";
import type { Operation, Routes, World } from "./world.ts";

const PROVIDER = "Microsoft.DocumentDB";

/** Where two routes fit, the first is taken: those with fewer names in them come first. */
const ROUTES: Routes = {
  ...ACCOUNTS,
  ...RESTORABLE,
  ...ROLES,
  ...THROUGHPUT,
  ...CONTINUOUS_BACKUP,
  ...SQL_RESOURCES,
  "GET locations/:location/operationsStatus/:operation": operationStatus,
  "GET locations/:location/operationResults/:operation": operationResult,
};

/** A route that fits a call, and what it says of it. */
interface Match {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
  /** As role definitions name what is needed to make the call. */
  readonly action: string;
}

/** The Azure Resource Manager, as far as Cosmos DB and what hangs on its accounts is concerned. */
export async function manage(world: World, call: Call): Promise<Answer | undefined> {
  const principal = authenticate(world, call);
  const { operation, params, action } = match(call) ?? extensionMatch(call);
  if (action !== "") world.faults.check(action, scopeOf(call), principal);
  const answer = await operation(world, { ...call, params, wire: asWire(call.body) });
  return world.faults.losesAnswer(action) ? undefined : answer;
}

function authenticate({ identity }: World, { headers }: Call): string {
  const token = /^Bearer (.+)$/.exec(headers["authorization"] ?? "")?.[1];
  const principal = token === undefined ? undefined : identity.principalOf(token);
  return (
    principal ??
    refuseByManager(401, "InvalidAuthenticationToken", "The access token is missing or not valid.")
  );
}

function match(call: Call): Match | undefined {
  const below = belowProvider(call.path);
  if (below === undefined) return undefined;
  const { group, path } = below;
  for (const [route, operation] of Object.entries(ROUTES)) {
    const [method, pattern = ""] = route.split(" ");
    const params = method === call.method ? paramsOf(pattern.split("/"), path) : undefined;
    if (params === undefined) continue;
    return { operation, params: { ...group, ...params }, action: actionOf(call.method, pattern, params) };
  }
  return undefined;
}

interface Below {
  readonly group: Readonly<Record<string, string>>;
  readonly path: readonly string[];
}

/** Nothing, if the last provider in the path is another: then it is an extension of one of our resources. */
function belowProvider(path: readonly string[]): Below | undefined {
  const at = path.findLastIndex((segment) => segment.toLowerCase() === "providers");
  if (path[at + 1]?.toLowerCase() !== PROVIDER.toLowerCase()) return undefined;
  const group = path[2]?.toLowerCase() === "resourcegroups" ? { group: path[3] ?? "" } : {};
  return { group, path: path.slice(at + 2) };
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
function actionOf(method: string, pattern: string, params: Readonly<Record<string, string>>): string {
  if (pattern.endsWith(":operation")) return "";
  const types = pattern
    .split("/")
    .map((part) => (part === ":kind" ? String(params["kind"]) : part))
    .filter((part) => !part.startsWith(":") && part !== "default");
  return [PROVIDER, ...types, VERBS[method]].join("/");
}

function extensionMatch(call: Call): Match {
  const at = call.path.findLastIndex((segment) => segment.toLowerCase() === "providers");
  const [provider, ...below] = call.path.slice(at + 1);
  const types = below.filter((_, position) => position % 2 === 0);
  if (at < 0 || provider === undefined || provider.toLowerCase() === PROVIDER.toLowerCase())
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
