import type { SqlEngine } from "../../sql/sql.ts";

/** Of the service's names, those that ScalarDB works on; the dialect that each speaks. */
const DIALECTS: Readonly<Record<string, SqlEngine>> = {
  postgres: "postgresql",
  mysql: "mysql",
  mariadb: "mysql",
  "aurora-postgresql": "postgresql",
  "aurora-mysql": "mysql",
};

export function dialectOf(engine: string): SqlEngine | undefined {
  return DIALECTS[engine];
}
