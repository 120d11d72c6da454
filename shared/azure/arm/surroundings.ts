import type { ArmConnection } from "./connection.ts";
import { API, type ArmResource, listResources } from "./resource.ts";
import { readOrNote } from "./unread.ts";

/** A setting that is a resource of its own: its name and what it says, as the service answers it. */
export interface SideResource {
  readonly name: string;
  readonly properties: Record<string, unknown>;
}

/** What hangs on any resource of Azure, is kept by other providers, and is not in what is restored of it. */
export interface Surroundings {
  readonly diagnosticSettings: SideResource[];
  /** Of Azure itself, at the resource. */
  readonly accessAssignments: SideResource[];
  readonly locks: SideResource[];
  /** Of its resource group or subscription: they hold for what a restore makes there, too. */
  readonly locksAbove: { readonly id: string; readonly level: string }[];
}

const LOCKS = "Microsoft.Authorization/locks";
/** Without it what the resource inherits is not listed, and what lies below it is. */
const AT_SCOPE = "atScope()";

export async function captureAround(
  connection: ArmConnection,
  id: string,
  unread: string[],
): Promise<Surroundings> {
  const [group = ""] = id.split(/\/providers\//i);
  const list = async (what: string, type: string, version: string, filter?: string) =>
    (await readOrNote(unread, what, `${type}/read`, () =>
      listResources(connection, `${id}/providers/${type}`, version, filter),
    )) ?? [];
  const [diagnosticSettings, access, locks, above] = await Promise.all([
    list("the diagnostic settings", "Microsoft.Insights/diagnosticSettings", API.diagnosticSettings),
    list("the access assignments", "Microsoft.Authorization/roleAssignments", API.roleAssignments, AT_SCOPE),
    list("the locks", LOCKS, API.locks, AT_SCOPE),
    locksAround(connection, group),
  ]);
  return {
    diagnosticSettings: diagnosticSettings.map(sideResourceOf),
    accessAssignments: access
      .filter(({ properties }) => isSame(properties?.["scope"], id))
      .map(sideResourceOf),
    locks: locks.filter((lock) => isSame(lockedScope(lock), id)).map(sideResourceOf),
    locksAbove: above
      .filter((lock) => isAbove(lockedScope(lock), id))
      .map(({ id: lock = "", properties }) => ({ id: lock, level: String(properties?.["level"] ?? "") }))
      .sort((one, other) => (one.id < other.id ? -1 : 1)),
  };
}

/** Who may not see them is told of the resource's own. */
async function locksAround(connection: ArmConnection, group: string): Promise<readonly ArmResource[]> {
  const locks = `${group}/providers/${LOCKS}`;
  const read = () => listResources(connection, locks, API.locks, AT_SCOPE);
  return (await readOrNote([], "the locks of the resource group", `${LOCKS}/read`, read)) ?? [];
}

function sideResourceOf({ name = "", properties = {} }: ArmResource): SideResource {
  return { name, properties: { ...properties } };
}

/** What a lock is of: its id begins with it. */
function lockedScope({ id = "" }: ArmResource): string {
  return id.split(/\/providers\/Microsoft\.Authorization\/locks\//i)[0] ?? "";
}

function isAbove(scope: string, id: string): boolean {
  return id.toLowerCase().startsWith(`${scope.toLowerCase()}/`);
}

function isSame(one: unknown, other: string): boolean {
  return typeof one === "string" && one.toLowerCase() === other.toLowerCase();
}
