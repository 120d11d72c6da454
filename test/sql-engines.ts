import type { SqlEngine } from "../rehearsal/jdbc-databases.ts";
import { missingSqlServer } from "../rehearsal/servers/sql-server.ts";

const ENGINES: readonly SqlEngine[] = ["postgresql", "mysql"];

/** Whether the server of each engine is on this machine; a line says what is missing of those that are not. */
export async function sqlEngines(): Promise<
  readonly { readonly engine: SqlEngine; readonly isHere: boolean }[]
> {
  return Promise.all(
    ENGINES.map(async (engine) => {
      const missing = await missingSqlServer(engine);
      if (missing !== undefined) console.warn(`The tests on ${engine} were not run: ${missing}`);
      return { engine, isHere: missing === undefined };
    }),
  );
}
