import { createHash } from "node:crypto";
import { parseCql } from "./cql/parse.ts";
import type { SchemaStatement } from "./cql/statement.ts";
import { typeOf } from "./cql-type.ts";
import { type Column, type Keyspace, type Schema, type Table, tableFrom, tableOf } from "./schema.ts";
import { uuidText } from "./value.ts";

const LOCATOR = "org.apache.cassandra.locator.";
const LOCAL = { class: `${LOCATOR}LocalStrategy` };
const simple = (factor: number) => ({
  class: `${LOCATOR}SimpleStrategy`,
  replication_factor: String(factor),
});

const PEER =
  "data_center text, host_id uuid, preferred_ip inet, rack text, release_version text, rpc_address inet, schema_version uuid, tokens set<text>";
const PEER_V2 =
  "data_center text, host_id uuid, native_address inet, native_port int, preferred_ip inet, preferred_port int, rack text, release_version text, schema_version uuid, tokens set<text>";
const TABLE_OPTIONS =
  "additional_write_policy text, bloom_filter_fp_chance double, caching frozen<map<text, text>>, cdc boolean, comment text, compaction frozen<map<text, text>>, compression frozen<map<text, text>>, crc_check_chance double, dclocal_read_repair_chance double, default_time_to_live int, extensions frozen<map<text, blob>>, gc_grace_seconds int, id uuid, max_index_interval int, memtable text, memtable_flush_period_in_ms int, min_index_interval int, read_repair text, read_repair_chance double, speculative_retry text";

const OWN: Readonly<
  Record<string, { readonly replication: Keyspace["replication"]; tables: readonly string[] }>
> = {
  system: {
    replication: LOCAL,
    tables: [
      "local (key text PRIMARY KEY, bootstrapped text, broadcast_address inet, broadcast_port int, cluster_name text, cql_version text, data_center text, gossip_generation int, host_id uuid, listen_address inet, listen_port int, native_protocol_version text, partitioner text, rack text, release_version text, rpc_address inet, rpc_port int, schema_version uuid, tokens set<text>)",
      `peers (peer inet PRIMARY KEY, ${PEER})`,
      `peers_v2 (peer inet, peer_port int, ${PEER_V2}, PRIMARY KEY (peer, peer_port))`,
      '"IndexInfo" (table_name text, index_name text, PRIMARY KEY (table_name, index_name))',
      "paxos (row_key blob, cf_id uuid, in_progress_ballot timeuuid, most_recent_commit blob, PRIMARY KEY (row_key, cf_id))",
    ],
  },
  system_schema: {
    replication: LOCAL,
    tables: [
      "keyspaces (keyspace_name text PRIMARY KEY, durable_writes boolean, replication frozen<map<text, text>>)",
      `tables (keyspace_name text, table_name text, ${TABLE_OPTIONS}, flags frozen<set<text>>, PRIMARY KEY (keyspace_name, table_name))`,
      "columns (keyspace_name text, table_name text, column_name text, clustering_order text, column_name_bytes blob, kind text, position int, type text, PRIMARY KEY (keyspace_name, table_name, column_name))",
      "indexes (keyspace_name text, table_name text, index_name text, kind text, options frozen<map<text, text>>, PRIMARY KEY (keyspace_name, table_name, index_name))",
      "types (keyspace_name text, type_name text, field_names frozen<list<text>>, field_types frozen<list<text>>, PRIMARY KEY (keyspace_name, type_name))",
      "functions (keyspace_name text, function_name text, argument_types frozen<list<text>>, body text, PRIMARY KEY (keyspace_name, function_name, argument_types))",
      "aggregates (keyspace_name text, aggregate_name text, argument_types frozen<list<text>>, state_func text, PRIMARY KEY (keyspace_name, aggregate_name, argument_types))",
      `views (keyspace_name text, view_name text, base_table_name text, where_clause text, ${TABLE_OPTIONS}, PRIMARY KEY (keyspace_name, view_name))`,
      "triggers (keyspace_name text, table_name text, trigger_name text, options frozen<map<text, text>>, PRIMARY KEY (keyspace_name, table_name, trigger_name))",
      "dropped_columns (keyspace_name text, table_name text, column_name text, dropped_time timestamp, kind text, type text, PRIMARY KEY (keyspace_name, table_name, column_name))",
    ],
  },
  system_auth: {
    replication: simple(1),
    tables: [
      "roles (role text PRIMARY KEY, can_login boolean, is_superuser boolean, member_of set<text>, salted_hash text)",
      "role_permissions (role text, resource text, permissions set<text>, PRIMARY KEY (role, resource))",
    ],
  },
  system_distributed: {
    replication: simple(3),
    tables: [
      "parent_repair_history (parent_id timeuuid PRIMARY KEY, keyspace_name text, started_at timestamp, finished_at timestamp)",
    ],
  },
  system_traces: {
    replication: simple(2),
    tables: [
      "sessions (session_id uuid PRIMARY KEY, client inet, command text, coordinator inet, coordinator_port int, duration int, parameters map<text, text>, request text, started_at timestamp)",
      "events (session_id uuid, event_id timeuuid, activity text, source inet, source_elapsed int, thread text, PRIMARY KEY (session_id, event_id))",
    ],
  },
};

/** No files are kept of these, and no schema lists them. */
const VIRTUAL: typeof OWN = {
  system_virtual_schema: {
    replication: LOCAL,
    tables: [
      "keyspaces (keyspace_name text PRIMARY KEY)",
      "tables (keyspace_name text, table_name text, comment text, PRIMARY KEY (keyspace_name, table_name))",
      "columns (keyspace_name text, table_name text, column_name text, clustering_order text, kind text, position int, type text, PRIMARY KEY (keyspace_name, table_name, column_name))",
    ],
  },
};

export const SYSTEM_SCHEMA: Schema = schemaOf(OWN);
/** Which indexes of which keyspace are built, by what the node believes. */
export const INDEX_INFO: Table = tableOf(SYSTEM_SCHEMA, "system", "IndexInfo");
export const VIRTUAL_SCHEMA: Schema = schemaOf(VIRTUAL);

function schemaOf(declared: typeof OWN): Schema {
  return new Map(
    Object.entries(declared).map(([keyspace, { replication, tables }]) => {
      const created = tables.map((text) => createdTable(keyspace, text));
      return [
        keyspace,
        { name: keyspace, replication, tables: new Map(created.map((table) => [table.name, table])) },
      ];
    }),
  );
}

function createdTable(keyspace: string, text: string): Table {
  const statement = parseCql(`CREATE TABLE ${keyspace}.${text}`);
  if (statement.kind !== "create-table") throw new Error(`no table: ${text}`);
  const { name } = statement.table;
  return tableFrom({ keyspace, name, id: idOf(keyspace, name), indexes: [] }, columnsOf(statement));
}

/** The same on every node of every cluster, as Cassandra has it: a UUID of the names. */
function idOf(keyspace: string, table: string): string {
  const hash = createHash("md5").update(keyspace).update(table).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x30, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return uuidText(hash);
}

export function columnsOf({
  columns,
  partitionKey,
  clusteringKey,
  descending,
}: Extract<SchemaStatement, { kind: "create-table" }>): readonly Column[] {
  return columns.map(({ name, type }) => {
    const inPartition = partitionKey.indexOf(name);
    const position = inPartition === -1 ? clusteringKey.indexOf(name) : inPartition;
    const kind = inPartition !== -1 ? "partition_key" : position !== -1 ? "clustering" : "regular";
    return { name, type: typeOf(type), kind, position, descending: descending.includes(name) };
  });
}
