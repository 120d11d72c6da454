import type { Keyspace } from "./schema.ts";

/** A node's place in the ring. */
export interface RingNode {
  readonly address: string;
  readonly tokens: readonly bigint[];
}

interface Place {
  readonly token: bigint;
  readonly address: string;
}

/** Which nodes keep what: each token's partitions are on the node that has the next one, and on those after it. */
export class Ring {
  readonly #places: readonly Place[];
  readonly #nodes: number;

  constructor(nodes: readonly RingNode[]) {
    this.#nodes = nodes.length;
    this.#places = nodes
      .flatMap(({ address, tokens }) => tokens.map((token) => ({ token, address })))
      .sort((a, b) => (a.token < b.token ? -1 : 1));
  }

  replicas(token: bigint, factor: number): readonly string[] {
    const first = this.#places.findIndex((place) => place.token >= token);
    return this.#from(Math.max(first, 0), factor);
  }

  /** The different groups of nodes that keep something together. */
  groups(factor: number): readonly (readonly string[])[] {
    const all = this.#places.map((_, at) => this.#from(at, factor));
    return [...new Map(all.map((group) => [[...group].sort().join(), group])).values()];
  }

  #from(first: number, factor: number): readonly string[] {
    const wanted = Math.min(factor, this.#nodes);
    const found = new Set<string>();
    for (let step = 0; found.size < wanted && step < this.#places.length; step++) {
      const place = this.#places[(first + step) % this.#places.length];
      if (place !== undefined) found.add(place.address);
    }
    return [...found];
  }
}

/** On how many nodes a keyspace's partitions are, in the one data center that there is. */
export function replicationFactor({ replication }: Pick<Keyspace, "replication">): number {
  const { class: _, ...factors } = replication;
  return Object.values(factors).reduce((sum, factor) => sum + Number(factor), 0);
}
