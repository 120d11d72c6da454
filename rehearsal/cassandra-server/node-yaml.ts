import { join } from "node:path";
import { stringify } from "yaml";

/** A node's place in its cluster, and where it keeps its files. */
export interface NodeSettings {
  readonly cluster: string;
  readonly address: string;
  readonly ports: NodePorts;
  /** Addresses of all nodes: each is a seed, so that all can start at once. */
  readonly seeds: readonly string[];
  /** The one token that is its own. */
  readonly token: bigint;
  readonly home: string;
}

/** The same on all nodes, as on real ones. */
export interface NodePorts {
  readonly cql: number;
  readonly storage: number;
  readonly jmx: number;
}

/** What a node writes, all of it: `data` and what it can do without. */
export const FOLDERS: readonly string[] = ["data", "commitlog", "hints", "saved_caches", "cdc_raw"];

/** A node's `cassandra.yaml`: little of everything, and no waiting where nobody else is there. */
export function nodeYaml({ cluster, address, ports, seeds, token, home }: NodeSettings): string {
  return stringify({
    cluster_name: cluster,
    partitioner: "org.apache.cassandra.dht.Murmur3Partitioner",
    endpoint_snitch: "SimpleSnitch",
    num_tokens: 1,
    initial_token: String(token),
    auto_bootstrap: false,
    listen_address: address,
    rpc_address: address,
    native_transport_port: ports.cql,
    storage_port: ports.storage,
    seed_provider: [
      {
        class_name: "org.apache.cassandra.locator.SimpleSeedProvider",
        parameters: [{ seeds: seeds.join(",") }],
      },
    ],
    data_file_directories: [join(home, "data")],
    commitlog_directory: join(home, "commitlog"),
    hints_directory: join(home, "hints"),
    saved_caches_directory: join(home, "saved_caches"),
    cdc_raw_directory: join(home, "cdc_raw"),
    commitlog_sync: "periodic",
    commitlog_sync_period: "10000ms",
    commitlog_segment_size: "4MiB",
    commitlog_total_space: "64MiB",
    memtable_heap_space: "32MiB",
    memtable_offheap_space: "32MiB",
    concurrent_reads: 8,
    concurrent_writes: 8,
    key_cache_size: "1MiB",
    counter_cache_size: "1MiB",
    // On a busy machine two seconds pass with nobody at fault.
    read_request_timeout: "11s",
    write_request_timeout: "11s",
    cas_contention_timeout: "11s",
    range_request_timeout: "20s",
  });
}
