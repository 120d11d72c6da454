import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { isOlder, type Product, type ServerIdentity } from "./product.ts";

const run = promisify(execFile);
const VERSION_LIMIT_MS = 10_000;

/** A program of the client's package. */
export interface Tool {
  readonly path: string;
  readonly product: Product;
  readonly version: string;
  /** As it calls itself. */
  readonly calls: string;
}

export type ToolUse = "dump" | "client";

/** MySQL's names belong to MariaDB's programs too on many systems, so every program is asked what it is. */
const NAMES = {
  dump: { MariaDB: ["mariadb-dump", "mysqldump"], MySQL: ["mysqldump"] },
  client: { MariaDB: ["mariadb", "mysql"], MySQL: ["mysql"] },
} as const;

export type FoundTool = { readonly tool: Tool } | { readonly problem: string };

/** The tool for a server of this kind, in the folder or else wherever the shell finds it; or why there is none. */
export async function findTool(
  use: ToolUse,
  server: Pick<ServerIdentity, "product" | "version">,
  folder: string | undefined,
): Promise<FoundTool> {
  const names: readonly string[] = NAMES[use][server.product];
  const place = folder === undefined ? "" : ` in "${folder}"`;
  let refused: string | undefined;
  for (const name of names) {
    const tool = await askTool(folder === undefined ? name : join(folder, name));
    if (tool === undefined) continue;
    const problem = misfit(tool, server);
    if (problem === undefined) return { tool };
    refused ??= problem;
  }
  const wanted = names.map((name) => `"${name}"`).join(" or ");
  return {
    problem: refused ?? `there is no ${wanted}${place}: install the client package of ${server.product}`,
  };
}

/** A dump of one product by the other's tool loads until something differs; an older one does not know all there is. */
function misfit(tool: Tool, server: Pick<ServerIdentity, "product" | "version">): string | undefined {
  const { product, version } = server;
  if (tool.product !== product)
    return `"${tool.path}" is of ${tool.product} and the server is ${product} ${version}: install the client package of ${product}`;
  if (isOlder(tool.version, version))
    return `"${tool.path}" has version ${tool.version}, older than the server's ${version}: install a newer client package`;
  return undefined;
}

async function askTool(path: string): Promise<Tool | undefined> {
  const said = await run(path, ["--version"], { timeout: VERSION_LIMIT_MS }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  return said === undefined ? undefined : toolOf(path, said);
}

/**
 * `mysqldump  Ver 10.19 Distrib 10.11.6-MariaDB, for ...`, `mariadb-dump from 11.4.2-MariaDB, client 10.19 for ...`,
 * `mysqldump  Ver 8.0.36 for Linux ...`, `mysqldump  Ver 10.13 Distrib 5.7.44, for ...`
 */
export function toolOf(path: string, calls: string): Tool | undefined {
  const maria = /(?:Distrib|from) (\d+\.\d+[.\d]*)-MariaDB/.exec(calls)?.[1];
  const version =
    maria ?? /Distrib (\d+\.\d+[.\d]*)/.exec(calls)?.[1] ?? /Ver (\d+\.\d+[.\d]*)/.exec(calls)?.[1];
  if (version === undefined) return undefined;
  return { path, calls, product: maria === undefined ? "MySQL" : "MariaDB", version };
}
