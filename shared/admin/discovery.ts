import { isIP, isIPv6 } from "node:net";
import { quoted } from "../errors/quoted.ts";
import { codeOf, messageOf, StillpointError } from "../errors/stillpoint-error.ts";
import { addressOf, type Discovery, type DiscoveryBasis, type Instance } from "../pause/instance.ts";
import { type Address, type ComponentKind, parseAddress } from "./instance-address.ts";
import type { ReleaseSource } from "./kubernetes/cluster-source.ts";
import type { ReleaseComponent, Releases } from "./kubernetes/releases.ts";
import { type NameService, nameService } from "./name-service.ts";
import { lookUpSrv } from "./srv-lookup.ts";

/** Where the instances of a component are to be found. */
export type InstanceSource =
  | { readonly kind: "list"; readonly addresses: readonly string[] }
  /** A fully qualified SRV name; `servers` are asked instead of the system's DNS servers. */
  | { readonly kind: "srv"; readonly name: string; readonly servers?: readonly string[] }
  | ReleaseSource;

export interface ComponentSource {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly source: InstanceSource;
}

export interface DiscoveryOptions {
  readonly names?: NameService;
  readonly releases?: Pick<Releases, "find" | "whyNone">;
  /**
   * What to do when an SRV name has no records at all, or a release no pods, or pods that are coming or going. A
   * backup refuses; a restore accepts, since its instances are to be stopped. That nobody answers is refused in both.
   */
  readonly ifNone?: "refuse" | "accept";
}

/** More than this is a mistake in the configuration or in the DNS. */
const INSTANCES_MOST = 1_000;

interface Found {
  /** With what a name stands for, where it is one. */
  readonly addresses: readonly (Address & Pick<Instance, "uid" | "pod">)[];
  readonly disagreements: readonly string[];
  readonly unaddressed?: readonly string[];
}

/** Finds the instances of all components. */
export async function discover(
  components: readonly ComponentSource[],
  options: DiscoveryOptions = {},
): Promise<Discovery> {
  const found = await findAll(components, options);
  const instances = found.flatMap(({ component, addresses }) =>
    distinct(addresses).map((address) => ({ component, ...address })),
  );
  if (instances.length > INSTANCES_MOST) {
    throw notFound(components, `${instances.length} were found, and at most ${INSTANCES_MOST} are handled`);
  }
  const disagreements = found.flatMap((one) => one.disagreements);
  const unaddressed = found.flatMap((one) => one.unaddressed ?? []);
  return {
    instances,
    basis: basisOf(components),
    ...(disagreements.length > 0 && { disagreement: disagreements.join("; ") }),
    ...(unaddressed.length > 0 && { unaddressed }),
  };
}

/** All at once, since instances may be held; every component that cannot be found is told. */
async function findAll(
  components: readonly ComponentSource[],
  options: DiscoveryOptions,
): Promise<readonly (Found & Pick<Instance, "component">)[]> {
  const outcomes = await Promise.allSettled(
    components.map(async (component) => ({ component: component.name, ...(await find(component, options)) })),
  );
  const failures = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason as Error] : []));
  const [first, ...others] = failures;
  if (first === undefined) return outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  if (others.length === 0) throw first;
  throw new StillpointError(codeOf(first), failures.map(messageOf).join("; "), { cause: first });
}

/** The weakest one that any component rests on. */
function basisOf(components: readonly ComponentSource[]): DiscoveryBasis {
  const kinds = components.map(({ source }) => source.kind);
  if (kinds.includes("srv")) return "dns";
  return kinds.every((kind) => kind === "kubernetes") && kinds.length > 0 ? "kubernetes" : "list";
}

async function find(component: ComponentSource, options: DiscoveryOptions): Promise<Found> {
  const { source, kind, name } = component;
  const { names = nameService, ifNone = "refuse" } = options;
  switch (source.kind) {
    case "list":
      return identified(
        source.addresses.map((address) => parseAddress(address, kind)),
        names,
      );
    case "srv":
      return findBySrv(component, source, names, ifNone);
    case "kubernetes":
      return findPods({ name, kind, source }, options);
    default:
      return source satisfies never;
  }
}

async function findBySrv(
  component: ComponentSource,
  source: InstanceSource & { readonly kind: "srv" },
  names: NameService,
  ifNone: "refuse" | "accept",
): Promise<Found> {
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

/** A backup asks twice, and what happened to the pods in between speaks against it. */
async function findPods(
  component: ReleaseComponent,
  { releases, ifNone = "refuse" }: DiscoveryOptions,
): Promise<Found> {
  if (releases === undefined) throw new StillpointError("INTERNAL", "no access to Kubernetes was opened");
  const { addresses, problems, unaddressed } = await releases.find(component, ifNone === "refuse");
  if (ifNone === "refuse" && addresses.length === 0)
    throw notFound([component], problems.join("; ") || (await releases.whyNone(component)));
  return { addresses, disagreements: problems, unaddressed };
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
  const named = quoted(components.map(({ name }) => name));
  return new StillpointError("INSTANCES_NOT_FOUND", `Cannot find the instances of ${named}: ${why}`);
}
