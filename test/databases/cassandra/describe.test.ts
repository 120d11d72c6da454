import { expect, test } from "vitest";
import type { CqlRow } from "../../../shared/databases/cassandra/cql.ts";
import { describeCluster } from "../../../shared/databases/cassandra/describe.ts";
import { fakeNode } from "./fake-node.ts";

const LOCAL = {
  cluster_name: "ledger",
  release_version: "4.1.8",
  partitioner: "org.apache.cassandra.dht.Murmur3Partitioner",
  broadcast_address: "10.0.0.2",
  rpc_address: "10.1.0.2",
  host_id: "b",
  data_center: "dc1",
  rack: "r1",
  schema_version: "v1",
};

function peer(last: number, rest: CqlRow = {}): CqlRow {
  return {
    peer: `10.0.0.${last}`,
    native_address: `10.1.0.${last}`,
    rpc_address: `10.1.0.${last}`,
    host_id: `host-${last}`,
    data_center: "dc1",
    rack: "r2",
    schema_version: "v1",
    ...rest,
  };
}

function clusterOf({
  local = {},
  peers = [peer(3), peer(1)],
}: {
  local?: CqlRow;
  peers?: readonly CqlRow[];
} = {}) {
  return fakeNode({
    "system.local": [{ ...LOCAL, ...local }],
    "system.peers_v2": peers,
    "system.peers": peers,
    "system_schema.keyspaces": [
      { keyspace_name: "scalar", replication: { class: "NetworkTopologyStrategy", dc1: "3" } },
      { keyspace_name: "empty", replication: { class: "SimpleStrategy", replication_factor: 1 } },
    ],
    "system_schema.tables": [
      { keyspace_name: "scalar", table_name: "b", id: "2" },
      { keyspace_name: "scalar", table_name: "a", id: "1" },
    ],
    "system_schema.views": [{ keyspace_name: "scalar", view_name: "ab", id: "3" }],
  });
}

test("a cluster is told with its nodes by address, its keyspaces and tables by name, views among them", async () => {
  expect(await describeCluster(clusterOf())).toEqual({
    cluster: "ledger",
    version: "4.1.8",
    partitioner: LOCAL.partitioner,
    nodes: [
      { address: "10.0.0.1", cqlAddress: "10.1.0.1", hostId: "host-1", dataCenter: "dc1", rack: "r2" },
      { address: "10.0.0.2", cqlAddress: "10.1.0.2", hostId: "b", dataCenter: "dc1", rack: "r1" },
      { address: "10.0.0.3", cqlAddress: "10.1.0.3", hostId: "host-3", dataCenter: "dc1", rack: "r2" },
    ],
    keyspaces: [
      { name: "empty", replication: { class: "SimpleStrategy", replication_factor: "1" }, tables: [] },
      {
        name: "scalar",
        replication: { class: "NetworkTopologyStrategy", dc1: "3" },
        tables: [
          { name: "a", id: "1" },
          { name: "ab", id: "3" },
          { name: "b", id: "2" },
        ],
      },
    ],
  });
});

test.each([
  { version: "3.11.19", table: "system.peers" },
  { version: "4.0.0", table: "system.peers_v2" },
  { version: "5.0.5", table: "system.peers_v2" },
])("version $version is asked for its nodes in $table", async ({ version, table }) => {
  const node = clusterOf({ local: { release_version: version } });
  expect((await describeCluster(node)).nodes).toHaveLength(3);
  expect(
    node.asked.filter((text) => / FROM system\.peers/.test(text)).map((text) => text.split(" ").at(-1)),
  ).toEqual([table]);
});

test("a node that listens everywhere is told by where it was reached, or by what the others know", async () => {
  const node = clusterOf({
    local: { rpc_address: "0.0.0.0" },
    peers: [peer(1, { native_address: "0.0.0.0" })],
  });
  const { nodes } = await describeCluster(node);
  expect(nodes.map(({ cqlAddress }) => cqlAddress)).toEqual(["10.0.0.1", "10.0.0.9"]);
});

test("nodes that disagree about the schema are told, each with what it has", async () => {
  const node = clusterOf({ peers: [peer(1), peer(3, { schema_version: "v2" })] });
  await expect(describeCluster(node)).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringMatching(/"10.0.0.2", "10.0.0.1" have v1; "10.0.0.3" have v2.*Nothing was read/),
  });
});

test.each(["host_id", "native_address", "data_center", "rack"])(
  "a node that is known without its %s is refused, not left out",
  async (column) => {
    const node = clusterOf({ peers: [peer(1), peer(3, { [column]: null })] });
    await expect(describeCluster(node)).rejects.toMatchObject({
      code: "DATABASE_REFUSED",
      message: expect.stringMatching(/"10.0.0.3" is half known/),
    });
  },
);
