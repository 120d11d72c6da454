import type { ManagedResult, RestoredServer } from "./restore.ts";

/**
 * What to change in the properties of ScalarDL or ScalarDB so that it works on the restored servers. User and password
 * are those that they had at the point. In place there is nothing to change: the names are the same.
 */
export function repointLines({ servers, mode }: ManagedResult): readonly string[] {
  return mode === "in-place" ? [] : servers.map((server) => `scalar.db.contact_points=${jdbcUrl(server)}`);
}

function jdbcUrl({ engine, host, port, sqlDatabase = "" }: RestoredServer): string {
  return `jdbc:${engine}://${host}:${port}/${sqlDatabase}`;
}
