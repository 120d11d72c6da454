import type { Table } from "./table.ts";

/** The tables of a ScalarDL Ledger and the coordinator, as its schema loader creates them. */
export const ASSET: Table = {
  name: "scalar.asset",
  transactional: true,
  partitionKey: ["id"],
  clusteringKey: ["age"],
  columns: {
    id: "text",
    age: "int",
    input: "text",
    output: "text",
    contract_id: "text",
    argument: "text",
    signature: "blob",
    prev_hash: "blob",
    hash: "blob",
  },
  indexed: [],
};

export const ASSET_METADATA: Table = {
  name: "scalar.asset_metadata",
  transactional: true,
  partitionKey: ["asset_id"],
  clusteringKey: [],
  columns: { asset_id: "text", latest_age: "int" },
  indexed: [],
};

export const COORDINATOR_STATE: Table = {
  name: "coordinator.state",
  transactional: false,
  partitionKey: ["tx_id"],
  clusteringKey: [],
  columns: { tx_id: "text", tx_state: "int", tx_created_at: "bigint" },
  indexed: [],
};

/**
 * A mutable mirror of the assets, as an application's Function keeps it in the same transactions. It has a
 * secondary index and a column of every basic type.
 */
export const ACCOUNT: Table = {
  name: "app.account",
  transactional: true,
  partitionKey: ["id"],
  clusteringKey: [],
  columns: {
    id: "text",
    region: "text",
    moved: "bigint",
    touches: "int",
    active: "boolean",
    score: "double",
    ratio: "float",
    raw: "blob",
  },
  indexed: ["region"],
};

export const CONTRACT: Table = {
  name: "scalar.contract",
  transactional: false,
  partitionKey: ["cert_holder_id"],
  clusteringKey: ["cert_version", "id"],
  columns: {
    cert_holder_id: "text",
    cert_version: "int",
    id: "text",
    binary_name: "text",
    properties: "text",
    registered_at: "bigint",
    signature: "blob",
  },
  indexed: [],
};

export const CONTRACT_CLASS: Table = {
  name: "scalar.contract_class",
  transactional: false,
  partitionKey: ["binary_name"],
  clusteringKey: [],
  columns: { binary_name: "text", byte_code: "blob" },
  indexed: [],
};

export const FUNCTION: Table = {
  name: "scalar.function",
  transactional: false,
  partitionKey: ["id"],
  clusteringKey: [],
  columns: { id: "text", binary_name: "text", byte_code: "blob", registered_at: "bigint" },
  indexed: [],
};

export const CERTIFICATE: Table = {
  name: "scalar.certificate",
  transactional: false,
  partitionKey: ["holder_id"],
  clusteringKey: ["version"],
  columns: { holder_id: "text", version: "int", pem: "text", registered_at: "bigint" },
  indexed: [],
};

const SECRET: Table = {
  name: "scalar.secret",
  transactional: false,
  partitionKey: ["entity_id"],
  clusteringKey: ["key_version"],
  columns: { entity_id: "text", key_version: "int", secret_key: "blob", registered_at: "bigint" },
  indexed: [],
};

const TX_STATE: Table = {
  name: "scalar.tx_state",
  transactional: false,
  partitionKey: ["id"],
  clusteringKey: [],
  columns: { id: "text", state: "int", created_at: "bigint" },
  indexed: [],
};

const NAMESPACE: Table = {
  name: "scalar.namespace",
  transactional: false,
  partitionKey: ["partition_id"],
  clusteringKey: ["name"],
  columns: { partition_id: "int", name: "text" },
  indexed: [],
};

export const LEDGER_TABLES: readonly Table[] = [
  ASSET,
  ASSET_METADATA,
  CONTRACT,
  CONTRACT_CLASS,
  FUNCTION,
  CERTIFICATE,
  SECRET,
  TX_STATE,
  NAMESPACE,
  COORDINATOR_STATE,
  ACCOUNT,
];

/** ScalarDB's own table, which lists all others: by its full name, not by a binary key. */
export const METADATA_TABLE = "scalardb.metadata";
