import { type Input, list, record, text, texts } from "./query.ts";
import { refuse } from "./refusal.ts";
import { type Resource, settle, statusOf } from "./resource.ts";
import type { World } from "./world.ts";

type Kind = Resource["kind"];

const NOT_FOUND = { instance: "DBInstanceNotFound", cluster: "DBClusterNotFoundFault" } as const;
const TAKEN = { instance: "DBInstanceAlreadyExists", cluster: "DBClusterAlreadyExistsFault" } as const;
const STATE = { instance: "InvalidDBInstanceState", cluster: "InvalidDBClusterStateFault" } as const;

/** All that exist by now, as they stand. */
function present(world: World, kind: Kind): readonly Resource[] {
  const nowMs = world.clock.now();
  for (const resource of world.resources) settle(resource, nowMs);
  return world.resources.filter((resource) => resource.kind === kind && !resource.gone);
}

/** Those that the service lists by now. */
function listed(world: World, kind: Kind): readonly Resource[] {
  const nowMs = world.clock.now();
  return present(world, kind).filter(({ listedFromMs }) => listedFromMs <= nowMs);
}

export function find(world: World, kind: Kind, name: string): Resource {
  const found = listed(world, kind).find((one) => one.name === name);
  return (
    found ??
    refuse(NOT_FOUND[kind], `${kind === "instance" ? "DBInstance" : "DBCluster"} ${name} not found.`, 404)
  );
}

/** Known to the service at once, whatever it lists. */
export function refuseTaken(world: World, kind: Kind, name: string): void {
  if (present(world, kind).some((one) => one.name === name)) refuse(TAKEN[kind], `${name} already exists`);
}

export function refuseUnlessAvailable(resource: Resource, what: string): void {
  const status = statusOf(resource);
  if (status === "available") return;
  refuse(
    STATE[resource.kind],
    `${resource.name} is not in available state: cannot ${what} while it is ${status}.`,
  );
}

export function instancesOf(world: World, cluster: string): readonly Resource[] {
  return present(world, "instance").filter(({ fields }) => fields["DBClusterIdentifier"] === cluster);
}

/** What the filters and the identifier of a Describe leave. */
export function selected(world: World, kind: Kind, input: Input): readonly Resource[] {
  const name = text(input[kind === "instance" ? "DBInstanceIdentifier" : "DBClusterIdentifier"]);
  const found = name === undefined ? listed(world, kind) : [find(world, kind, name)];
  return list(input["Filters"])
    .map(record)
    .reduce((left, filter) => left.filter((one) => passes(one, filter)), found);
}

function passes(resource: Resource, filter: Input): boolean {
  const values = texts(filter["Values"]);
  switch (text(filter["Name"])) {
    case "dbi-resource-id":
    case "db-cluster-resource-id":
      return values.includes(resource.id);
    case "db-cluster-id":
      return values.includes(String(resource.fields["DBClusterIdentifier"] ?? resource.name));
    default:
      return refuse("InvalidParameterValue", `Unrecognized filter name: ${text(filter["Name"])}`);
  }
}

/** A page holds one, so that a reader that forgets the next page is found out. */
export function page<T>(
  all: readonly T[],
  marker: string | undefined,
): { some: readonly T[]; next?: string } {
  const at = Number(marker ?? 0);
  return { some: all.slice(at, at + 1), ...(all.length > at + 1 && { next: String(at + 1) }) };
}
