import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { SqlServerEndpoint } from "../ledger/jdbc/endpoint.ts";

/** Dumps one schema to a file, as anybody does it: in a transaction of its own. */
export async function dumpSchema(server: SqlServerEndpoint, schema: string, file: string): Promise<void> {
  if (server.engine === "postgresql") {
    const of = ["--dbname", String(server.database), "--schema", schema];
    return run(server, ["pg_dump", ...onServer(server), ...of, "--file", file]);
  }
  return run(server, [
    "mariadb-dump",
    ...onServer(server),
    "--single-transaction",
    `--result-file=${file}`,
    schema,
  ]);
}

/** Loads it into a database, which on MySQL is a schema. */
export async function loadSchema(server: SqlServerEndpoint, database: string, file: string): Promise<void> {
  if (server.engine === "postgresql") {
    const quietly = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--output", "/dev/null"];
    return run(server, ["psql", ...onServer(server), ...quietly, "--dbname", database, "--file", file]);
  }
  return run(server, ["mariadb", ...onServer(server), database], file);
}

function onServer({ engine, host, port, user }: SqlServerEndpoint): readonly string[] {
  const noDefaults = engine === "mysql" ? ["--no-defaults"] : [];
  return [
    ...noDefaults,
    "--host",
    host,
    "--port",
    String(port),
    engine === "mysql" ? "--user" : "--username",
    user,
  ];
}

/** Runs a client to its end, the password in its environment; anything but exit status 0 is an error. */
async function run(
  { password }: SqlServerEndpoint,
  [program = "", ...args]: readonly string[],
  input?: string,
): Promise<void> {
  const child = spawn(program, args, {
    stdio: ["pipe", "ignore", "pipe"],
    // biome-ignore lint/style/noProcessEnv: a child needs the environment, with its password in it
    env: { ...process.env, PGPASSWORD: password, MYSQL_PWD: password },
  });
  const ended = once(child, "close");
  const [complaint, [status]] = await Promise.all([text(child.stderr), ended, fed(child.stdin, input)]);
  if (status === 0) return;
  throw new StillpointError(
    "REHEARSAL_FAILED",
    `"${program} ${args.join(" ")}" ended with status ${status}: ${complaint}`,
  );
}

async function fed(stdin: NodeJS.WritableStream, input: string | undefined): Promise<void> {
  if (input === undefined) stdin.end();
  // A client that has ended reads no more, and its status says why.
  else await pipeline(createReadStream(input), stdin).catch(() => {});
}
