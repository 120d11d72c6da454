/** Where a SQL server of the rehearsal is, and what it takes to reach it. */
export interface SqlServerEndpoint {
  readonly engine: "postgresql" | "mysql";
  readonly host: string;
  readonly port: number;
  /** PostgreSQL only: on MySQL a schema is a database. */
  readonly database?: string;
  readonly user: string;
  readonly password: string;
}

/** A ledger's SQL databases, as ScalarDB's multi-storage deals the namespaces out to them. */
export interface JdbcEndpoint {
  readonly kind: "jdbc";
  readonly main: SqlServerEndpoint;
  /** By namespace: what is not in the main one. */
  readonly elsewhere?: Readonly<Record<string, SqlServerEndpoint>>;
}

/** Every server once, with the namespaces that it alone keeps; the main one has all others. */
export function serversOf({ main, elsewhere = {} }: JdbcEndpoint): readonly {
  readonly server: SqlServerEndpoint;
  holds(namespace: string): boolean;
}[] {
  const named = Map.groupBy(Object.entries(elsewhere), ([, server]) => addressOf(server));
  return [
    { server: main, holds: (namespace) => !(namespace in elsewhere) },
    ...[...named.values()].flatMap((group) => {
      const [[, server] = []] = group;
      const namespaces = new Set(group.map(([namespace]) => namespace));
      return server === undefined ? [] : [{ server, holds: (name: string) => namespaces.has(name) }];
    }),
  ];
}

function addressOf({ host, port, database }: SqlServerEndpoint): string {
  return JSON.stringify([host, port, database]);
}
