import type { CertificateSource } from "../../config/config.ts";

/** Where a cluster is asked and as whom, its secret resolved: never to be written anywhere. */
export interface CqlAddress {
  readonly contactPoints: readonly string[];
  readonly port: number;
  /** Default: that of the first contact point. */
  readonly dataCenter?: string;
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Always verified where it is not off. */
  readonly tls: "off" | { readonly ca?: CertificateSource };
}

/** By column name, as the driver has it: 64-bit integers are `bigint`. */
export type CqlRow = Readonly<Record<string, unknown>>;

/** One of the nodes, asked by itself: what it says of the cluster is its own view, and its clock its own. */
export interface CqlNode {
  /** Where it answers, without the port. */
  readonly address: string;
  /**
   * All rows of a small answer: of one replica, of the node's data center where no level is given; or of all of them,
   * which then agree.
   */
  query(text: string, level?: "one" | "all"): Promise<readonly CqlRow[]>;
}

/** A cluster that is connected to when it is first asked. Failures are `StillpointError`s, see `cql-refusal.ts`. */
export interface Cql {
  /** Those of the data center that are connected, at least one. */
  nodes(): Promise<readonly CqlNode[]>;
  /** In constant memory, at QUORUM. */
  pages(text: string, pageSize: number): AsyncIterable<readonly CqlRow[]>;
  close(): void;
}

/** A name as CQL takes it, whatever is in it. */
export function cqlName(...names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join(".");
}

/** Asks one node after the other until one of them can answer. */
export async function askAnyNode<T>(
  cql: Pick<Cql, "nodes">,
  ask: (node: CqlNode) => Promise<T>,
  isWorthAnother: (error: unknown) => boolean,
): Promise<T> {
  const [first, ...others] = await cql.nodes();
  if (first === undefined) throw new Error("a cluster without nodes was connected to");
  let answer = ask(first);
  for (const node of others)
    answer = answer.catch((error: unknown) => {
      if (isWorthAnother(error)) return ask(node);
      throw error;
    });
  return answer;
}
