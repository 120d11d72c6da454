import type { ColumnType, TableRole } from "./row-source.ts";

/** Where a deployment keeps its ledger and its coordinator; both are settings of ScalarDL and ScalarDB. */
export interface SystemNamespaces {
  readonly ledger: string;
  readonly coordinator: string;
}

export const DEFAULT_NAMESPACES: SystemNamespaces = { ledger: "scalar", coordinator: "coordinator" };

/** The ledger's own name of the namespace that has no suffix. */
export const DEFAULT_LEDGER_NAMESPACE = "default";

type Columns = Readonly<Record<string, ColumnType>>;

export function roleOf(
  namespace: string,
  table: string,
  columns: Columns,
  system: SystemNamespaces,
): TableRole {
  if (namespace === system.coordinator && table === "state") return "coordinator";
  if (ledgerNamespaceOf(namespace, system) !== undefined) {
    const role = ledgerRole(table, columns);
    if (role !== undefined) return role;
  }
  return isTransactional(columns) ? "record" : "other";
}

/** A user may have a namespace `scalar_x` too, so the ledger's tables are known by their columns as well. */
function ledgerRole(table: string, columns: Columns): TableRole | undefined {
  switch (table) {
    case "asset":
      return "prev_hash" in columns ? "asset" : undefined;
    case "asset_metadata":
      return "latest_age" in columns ? "asset_metadata" : undefined;
    case "certificate":
      return "pem" in columns ? "certificate" : undefined;
    case "secret":
      return "secret_key" in columns ? "secret" : undefined;
    case "contract":
      return "cert_holder_id" in columns ? "contract" : undefined;
    default:
      return undefined;
  }
}

export function isTransactional(columns: Columns): boolean {
  return "tx_id" in columns && "tx_state" in columns && "tx_version" in columns;
}

/** `scalar` is the ledger's `default` namespace, `scalar_orders` its namespace `orders`; others are not its own. */
export function ledgerNamespaceOf(namespace: string, system: SystemNamespaces): string | undefined {
  if (namespace === system.ledger) return DEFAULT_LEDGER_NAMESPACE;
  const prefix = `${system.ledger}_`;
  return namespace.startsWith(prefix) ? namespace.slice(prefix.length) : undefined;
}
