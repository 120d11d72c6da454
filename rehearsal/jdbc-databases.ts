import { jdbcSection } from "./configuration.ts";
import type { SqlServerEndpoint } from "./ledger/jdbc/endpoint.ts";
import { startSqlServer } from "./servers/sql-server.ts";

export type SqlEngine = SqlServerEndpoint["engine"];

/** A server of a world, by the name that its database has in the configuration. */
export interface JdbcDatabase {
  readonly name: string;
  readonly server: SqlServerEndpoint;
}

const PRODUCTS = { postgresql: "PostgreSQL", mysql: "MariaDB" } as const satisfies Record<SqlEngine, string>;

export async function startDatabase(
  name: string,
  engine: SqlEngine,
  started: AsyncDisposableStack,
): Promise<JdbcDatabase> {
  const server = await startSqlServer(engine);
  started.defer(() => server.close());
  return { name, server: server.endpoint };
}

/** What worlds on SQL databases have in common. */
export function jdbcPart(databases: readonly JdbcDatabase[]) {
  return {
    environment: Object.fromEntries(
      databases.map(({ name, server }) => [passwordVariable(name), server.password]),
    ),
    whereabouts: databases
      .map(({ server: { engine, host, port } }) => `${PRODUCTS[engine]} at ${host}:${port}`)
      .join(" and "),
    // Real servers take the time that they take.
    scaled: [],
    now: () => Date.now(),
    // The restored database has the name of the old one: nothing is to be changed.
    followUp: async () => [],
  } as const;
}

/** As the configuration file has them. */
export function jdbcSections(databases: readonly JdbcDatabase[]) {
  return Object.fromEntries(
    databases.map(({ name, server }) => [name, jdbcSection(server, passwordVariable(name))]),
  );
}

function passwordVariable(name: string): string {
  return `STILLPOINT_${name.toUpperCase()}_PASSWORD`;
}
