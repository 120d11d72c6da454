import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { auth, Client, type ClientOptions, types } from "cassandra-driver";
import {
  type RehearsalCassandra,
  type RehearsalCassandraOptions,
  startCassandra,
} from "../../../rehearsal/cassandra/cassandra.ts";

export interface TestCluster extends AsyncDisposable {
  readonly cassandra: RehearsalCassandra;
  /** The unmodified driver, closed with the cluster. */
  connect(options?: Partial<ClientOptions>): Promise<Client>;
}

export async function startTestCluster(
  options: Omit<RehearsalCassandraOptions, "folder"> = {},
): Promise<TestCluster> {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-cassandra-"));
  const cassandra = await startCassandra({ ...options, folder });
  const clients: Client[] = [];
  return {
    cassandra,
    async connect(given = {}) {
      const client = new Client({
        contactPoints: [...cassandra.addresses],
        localDataCenter: cassandra.dataCenter,
        protocolOptions: { port: cassandra.port },
        queryOptions: { consistency: types.consistencies.quorum, prepare: true },
        ...given,
      });
      clients.push(client);
      await client.connect();
      return client;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.shutdown()));
      await cassandra.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function logsIn(user: string, password: string): Partial<ClientOptions> {
  return { authProvider: new auth.PlainTextAuthProvider(user, password) };
}

/** A keyspace on all three nodes, with a table of rows in partitions. */
export async function createEntries(client: Client): Promise<void> {
  await plain(
    client,
    "CREATE KEYSPACE app WITH replication = {'class': 'SimpleStrategy', 'replication_factor': '3'}",
  );
  await plain(client, "CREATE TABLE app.entry (id text, age int, value text, PRIMARY KEY ((id), age))");
}

export function plain(client: Client, text: string) {
  return client.execute(text, [], { prepare: false });
}

export async function insertEntries(client: Client, count: number, from = 0): Promise<void> {
  for (let at = from; at < from + count; at++)
    await client.execute("INSERT INTO app.entry (id, age, value) VALUES (?, ?, ?)", [
      `entry-${Math.floor(at / 3)}`,
      at % 3,
      `value-${at}`,
    ]);
}

/** `id age` of every row, in order. */
export async function entriesOf(client: Client, consistency = types.consistencies.quorum) {
  const { rows } = await client.execute("SELECT id, age FROM app.entry", [], {
    consistency,
    fetchSize: 5_000,
  });
  return rows.map((row) => `${row.get("id")} ${row.get("age")}`).sort();
}
