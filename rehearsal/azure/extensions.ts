import { refuseByManager } from "./refusal.ts";
import { type Answer, ok, type Wire } from "./wire.ts";
import type { AzureWorld, ManagedCall } from "./world.ts";

/**
 * What other providers keep, by its id alone: diagnostic settings, role assignments and locks of an account, private
 * endpoints, DNS zone groups, tags. They are taken as they come, and answered as they were taken.
 */
export function callExtension(world: AzureWorld, call: ManagedCall): Answer {
  const id = `/${call.path.join("/")}`;
  switch (call.method) {
    case "GET":
      return isCollection(call.path) ? list(world, id) : get(world, id);
    case "PUT":
      return put(world, id, call.wire);
    case "PATCH":
      return put(world, id, { ...world.extensions.get(id.toLowerCase()), ...call.wire });
    case "DELETE":
      return remove(world, id);
    default:
      return refuseByManager(
        405,
        "MethodNotAllowed",
        `The method '${call.method}' is not allowed on '${id}'`,
      );
  }
}

/** With all that lies below it. */
function remove({ extensions }: AzureWorld, id: string): Answer {
  const own = id.toLowerCase();
  for (const below of extensions.keys()) if (below.startsWith(`${own}/`)) extensions.delete(below);
  return { status: extensions.delete(own) ? 200 : 204 };
}

/** Below the last provider types and names alternate: a collection ends with a type. */
function isCollection(path: readonly string[]): boolean {
  const provider = path.findLastIndex((segment) => segment.toLowerCase() === "providers");
  return (path.length - provider) % 2 === 1;
}

function list({ extensions }: AzureWorld, id: string): Answer {
  const below = `${id.toLowerCase()}/`;
  const value = [...extensions]
    .filter(([known]) => known.startsWith(below) && !known.slice(below.length).includes("/"))
    .map(([, resource]) => resource);
  return ok({ value });
}

function get({ extensions }: AzureWorld, id: string): Answer {
  const resource = extensions.get(id.toLowerCase());
  if (resource) return ok(resource);
  return refuseByManager(404, "ResourceNotFound", `The resource '${id}' was not found.`);
}

function put({ extensions }: AzureWorld, id: string, wire: Wire): Answer {
  const known = extensions.has(id.toLowerCase());
  const segments = id.split("/");
  const provider = segments.findLastIndex((segment) => segment.toLowerCase() === "providers");
  const type = segments.slice(provider + 1).filter((_, position) => position === 0 || position % 2 === 1);
  const resource = { ...wire, id, name: segments.at(-1), type: type.join("/") };
  extensions.set(id.toLowerCase(), resource);
  return { status: known ? 200 : 201, body: resource };
}
