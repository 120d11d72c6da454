import {
  type Client,
  type EmptyCallback,
  type ExecutionOptions,
  type Host,
  type HostMap,
  policies,
  types,
} from "cassandra-driver";
import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";

interface Near {
  /** As the driver has them: address and port, in the order of the configuration. */
  readonly endpoints: readonly string[];
  readonly dataCenter?: string;
}

/** Its types want an error always, its code none where all is well. */
const NO_ERROR = null as never;

/** The nodes of one data center in turn: that which is named, or that of the first contact point which is known. */
export class NearNodes extends policies.loadBalancing.LoadBalancingPolicy {
  readonly #near: Near;
  #dataCenter: string | undefined;
  #hosts: HostMap | undefined;
  #turn = 0;

  constructor(near: Near) {
    super();
    this.#near = near;
  }

  override init(_client: Client, hosts: HostMap, callback: EmptyCallback): void {
    this.#hosts = hosts;
    try {
      this.#dataCenter = dataCenterOf(this.#near, hosts);
    } catch (error) {
      callback(error as Error);
      return;
    }
    callback(NO_ERROR);
  }

  near(): readonly Host[] {
    return (this.#hosts?.values() ?? []).filter((host) => host.datacenter === this.#dataCenter);
  }

  override getDistance(host: Host): types.distance {
    return host.datacenter === this.#dataCenter ? types.distance.local : types.distance.ignored;
  }

  override newQueryPlan(
    _keyspace: string,
    _options: ExecutionOptions,
    callback: (error: Error, iterator: Iterator<Host>) => void,
  ): void {
    const near = this.near();
    const first = this.#turn++ % Math.max(near.length, 1);
    const plan = [...near.slice(first), ...near.slice(0, first)];
    callback(NO_ERROR, plan[Symbol.iterator]());
  }
}

function dataCenterOf({ endpoints, dataCenter }: Near, hosts: HostMap): string {
  const known = [...new Set(hosts.values().map((host) => host.datacenter))].sort();
  const found = dataCenter ?? endpoints.flatMap((endpoint) => hosts.get(endpoint)?.datacenter ?? [])[0];
  if (found !== undefined && known.includes(found)) return found;
  throw new StillpointError(
    "DATABASE_REFUSED",
    `the cluster has no data center "${found ?? "of a contact point"}", only ${quoted(known)}; nothing was read. Mend dataCenter in the configuration`,
  );
}
