import type { Server } from "./plan.ts";

/** SQL that drops a database of PostgreSQL, or a schema of MySQL with all of its tables. */
export function dropStatement(engine: Server["engine"], name: string): string {
  switch (engine) {
    case "postgresql":
      return `DROP DATABASE "${name.replaceAll('"', '""')}";`;
    case "mysql":
      return `DROP DATABASE \`${name.replaceAll("`", "``")}\`;`;
    default:
      return engine satisfies never;
  }
}
