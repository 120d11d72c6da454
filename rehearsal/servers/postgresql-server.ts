import { randomBytes } from "node:crypto";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { LocalProcess } from "../local-process.ts";
import { freePort } from "../scalardb-server/local-port.ts";
import { missingPostgresql, type Programs, postgresqlPrograms } from "./postgresql-programs.ts";
import { asServerUser, giveToServerUser } from "./postgresql-user.ts";

export interface PostgresqlOptions {
  /** Where its data and its log are kept; made where it is not there. PostgreSQL's user has to be able to reach it. */
  readonly folder: string;
  /** Of the cluster that is in the folder already; without it one is made. */
  readonly password?: string;
  /** Without it the server speaks plaintext only. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Such as `max_connections`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A server of its own, on 127.0.0.1, with a superuser. */
export interface PostgresqlServer {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** As a host that loses its power. */
  kill(): Promise<void>;
  /** Ends it, whoever is connected. Its data stay in the folder. */
  close(): Promise<void>;
}

const SUPERUSER = "postgres";
/** Another process can take the port before the server does. */
const ATTEMPTS = 3;
const INIT_LIMIT_MS = 60_000;
const READY_LIMIT_MS = 30_000;
const READY = /database system is ready to accept (?:read-only )?connections/;
/** Throw-away data: what a crash of this machine would lose is made anew. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  shared_buffers: "32MB",
  password_encryption: "scram-sha-256",
  log_min_messages: "log",
} as const;

/** Starts a server on the cluster in the folder, which is made where it is not there. */
export async function startPostgresql(options: PostgresqlOptions): Promise<PostgresqlServer> {
  const programs = await postgresqlPrograms();
  if (programs === undefined)
    throw new StillpointError("REHEARSAL_FAILED", (await missingPostgresql()) ?? "PostgreSQL has just gone");
  const data = join(options.folder, "data");
  const password = options.password ?? randomBytes(12).toString("hex");
  if (options.password === undefined) await makeCluster(programs, options, password);
  const { port, process } = await startOnFreePort(programs, data, options);
  return {
    host: "127.0.0.1",
    port,
    user: SUPERUSER,
    password,
    kill: () => process.kill(),
    // A plain SIGTERM would wait until the last client has gone.
    close: () => process.stop("SIGINT"),
  };
}

async function makeCluster(
  { initdb }: Programs,
  { folder, tls }: PostgresqlOptions,
  password: string,
): Promise<void> {
  const data = join(folder, "data");
  await mkdir(data, { recursive: true, mode: 0o700 });
  const secret = join(folder, "password");
  await writeFile(secret, password, { mode: 0o600 });
  await giveToServerUser([data, secret], folder);
  const making = new LocalProcess({
    name: "initdb",
    command: asServerUser([
      initdb,
      ...["--pgdata", data, "--username", SUPERUSER, "--pwfile", secret],
      ...["--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync"],
    ]),
    dir: folder,
  });
  const limit = setTimeout(() => void making.kill(), INIT_LIMIT_MS);
  const status = await making.exited;
  clearTimeout(limit);
  if (status !== 0) throw await making.failure(`failed with exit status ${status}`);
  await rm(secret);
  if (tls) await placeCertificate(data, tls);
}

async function placeCertificate(
  data: string,
  { certificate, key }: NonNullable<PostgresqlOptions["tls"]>,
): Promise<void> {
  await writeFile(join(data, "server.crt"), certificate);
  await writeFile(join(data, "server.key"), key, { mode: 0o600 });
  await chmod(join(data, "server.key"), 0o600);
  await giveToServerUser([join(data, "server.crt"), join(data, "server.key")]);
}

async function startOnFreePort(programs: Programs, data: string, options: PostgresqlOptions) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const process = startServer(programs, data, port, options);
    try {
      await process.ready(READY, READY_LIMIT_MS);
      return { port, process };
    } catch (error) {
      await process.kill();
      if (attempt === ATTEMPTS || !/address already in use/i.test(await process.log())) throw error;
    }
  }
}

function startServer(
  { postgres }: Programs,
  data: string,
  port: number,
  { folder, tls, settings }: PostgresqlOptions,
): LocalProcess {
  const all = { ...SETTINGS, ...(tls && { ssl: "on" }), ...settings, port: String(port) };
  const given = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return new LocalProcess({
    name: "postgresql",
    command: asServerUser([postgres, "-D", data, ...given]),
    dir: folder,
  });
}
