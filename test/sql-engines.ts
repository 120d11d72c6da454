import type { SqlEngine } from "../rehearsal/jdbc-databases.ts";
import { missingSqlServer } from "../rehearsal/servers/sql-server.ts";

const ENGINES: readonly SqlEngine[] = ["postgresql", "mysql"];

/** Engines whose servers are on this machine; a line says what is missing of the others. */
export async function sqlEnginesHere(): Promise<readonly SqlEngine[]> {
  const here: SqlEngine[] = [];
  for (const engine of ENGINES) {
    const missing = await missingSqlServer(engine);
    if (missing === undefined) here.push(engine);
    else console.warn(`The tests on ${engine} were not run: ${missing}`);
  }
  return here;
}
