import { isIP, isIPv6 } from "node:net";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { addressOf, type Discovery, type Instance } from "../pause/instance.ts";
import { type Address, type ComponentKind, parseAddress } from "./instance-address.ts";
import { type NameService, nameService } from "./name-service.ts";
import { lookUpSrv } from "./srv-lookup.ts";

/** Where the instances of a component are to be found. */
export type InstanceSource =
  | { readonly kind: "list"; readonly addresses: readonly string[] }
  /** A fully qualified SRV name; `servers` are asked instead of the system's DNS servers. */
  | { readonly kind: "srv"; readonly name: string; readonly servers?: readonly string[] };

export interface ComponentSource {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly source: InstanceSource;
}

export interface DiscoveryOptions {
  readonly names?: NameService;
  /**
   * What to do when an SRV name has no records at all. A backup refuses; a restore accepts, since its instances
   * are to be stopped. That nobody answers is refused in both.
   */
  readonly ifNone?: "refuse" | "accept";
}

/** More than this is a mistake in the configuration or in the DNS. */
const INSTANCES_MOST = 1_000;

interface Found {
  /** With what a name stands for, where it is one. */
  readonly addresses: readonly (Address & Pick<Instance, "uid">)[];
  readonly disagreements: readonly string[];
}

/** Finds the instances of all components. */
export async function discover(
  components: readonly ComponentSource[],
  { names = nameService, ifNone = "refuse" }: DiscoveryOptions = {},
): Promise<Discovery> {
  const instances: Instance[] = [];
  const disagreements: string[] = [];
  for (const component of components) {
    const found = await find(component, names, ifNone);
    instances.push(
      ...distinct(found.addresses).map((address) => ({ component: component.name, ...address })),
    );
    disagreements.push(...found.disagreements);
  }
  if (instances.length > INSTANCES_MOST) {
    throw notFound(components, `${instances.length} were found, and at most ${INSTANCES_MOST} are handled`);
  }
  const basis = components.some(({ source }) => source.kind === "srv") ? "dns" : "list";
  return { instances, basis, ...(disagreements.length > 0 && { disagreement: disagreements.join("; ") }) };
}

async function find(
  component: ComponentSource,
  names: NameService,
  ifNone: "refuse" | "accept",
): Promise<Found> {
  const { source, kind } = component;
  if (source.kind === "list") {
    const addresses = source.addresses.map((address) => parseAddress(address, kind));
    return identified(addresses, names);
  }
  let question = 0;
  const answer = await lookUpSrv(source.name, () => names.srv(source.name, question++, source.servers));
  switch (answer.kind) {
    case "found":
      return withAddresses(answer.addresses, source.servers, names, answer.disagreement);
    case "none":
      if (ifNone === "accept") return { addresses: [], disagreements: [] };
      throw notFound(
        [component],
        `the DNS says that "${source.name}" has no SRV records; is the name fully qualified?`,
      );
    case "unanswered":
      throw notFound([component], answer.message);
    default:
      return answer satisfies never;
  }
}

async function withAddresses(
  addresses: readonly Address[],
  servers: readonly string[] | undefined,
  names: NameService,
  disagreement: string | undefined,
): Promise<Found> {
  const said = disagreement === undefined ? [] : [disagreement];
  if (!servers?.length) {
    const found = await identified(addresses, names);
    return { ...found, disagreements: [...said, ...found.disagreements] };
  }
  // The names of a private DNS mean nothing to the system's resolver, so the instances go by their addresses. A
  // name that does not resolve stays: the call to it will say so.
  const resolved = await Promise.all(
    addresses.map(async ({ host, port }) => {
      const hosts = isIP(host) === 0 ? await names.addresses(host, servers) : [];
      return (hosts.length > 0 ? hosts : [host]).map((each) => ({ host: each, port }));
    }),
  );
  return { addresses: resolved.flat(), disagreements: said };
}

/**
 * A name is an instance only together with what it stands for: pointed elsewhere during a pause, it is another one,
 * while a warm connection still reaches the old. One that stands for several addresses may stand for several
 * processes, of which a connection reaches only one; one address of each family is one host.
 */
async function identified(addresses: readonly Address[], names: NameService): Promise<Found> {
  const hosts = [...new Set(addresses.map(({ host }) => host))].filter((host) => isIP(host) === 0);
  const found = await Promise.all(hosts.map(async (host) => [host, await names.addresses(host)] as const));
  const standsFor = new Map(found);
  const disagreements = found.flatMap(([host, all]) => {
    if (all.length === 0) return [`"${host}" could not be resolved, so nobody knows which process it is`];
    if (!severalOf(all)) return [];
    return [`"${host}" stands for ${all.join(", ")}, of which only one is spoken to`];
  });
  const known = addresses.map((address) => {
    const all = standsFor.get(address.host) ?? [];
    return all.length === 0 ? address : { ...address, uid: `at ${mainOf(all)}` };
  });
  return { addresses: known, disagreements };
}

/** A host has one address of each family, and not every answer has both. */
function mainOf(addresses: readonly string[]): string {
  return addresses.find((address) => !isIPv6(address)) ?? addresses.join(" and ");
}

function severalOf(addresses: readonly string[]): boolean {
  const v6 = addresses.filter((address) => isIPv6(address)).length;
  return v6 > 1 || addresses.length - v6 > 1;
}

/** One Pause per process: an instance that is listed twice would be told that another pause is in progress. */
function distinct(addresses: Found["addresses"]): Found["addresses"] {
  return [...new Map(addresses.map((address) => [addressOf(address), address])).values()];
}

function notFound(components: readonly ComponentSource[], why: string): StillpointError {
  const named = components.map(({ name }) => `"${name}"`).join(", ");
  return new StillpointError("INSTANCES_NOT_FOUND", `Cannot find the instances of ${named}: ${why}`);
}
