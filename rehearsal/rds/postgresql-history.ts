import { execFile } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { Client } from "pg";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { postgresqlPrograms } from "../servers/postgresql-programs.ts";
import { type PostgresqlServer, startPostgresql } from "../servers/postgresql-server.ts";
import { asServerUser, giveToServerUser } from "../servers/postgresql-user.ts";
import type { Backing } from "./world.ts";

const run = promisify(execFile);

/** A real PostgreSQL whose whole past is kept, as the managed ones keep theirs: a base backup, and the log since. */
export interface History extends Backing {
  readonly server: PostgresqlServer;
  /** Begins the past: what was before cannot be restored to. */
  backUp(): Promise<void>;
  close(): Promise<void>;
}

/** A recovery ends at the first commit after its time: the managed servers write one of their own now and then, too. */
const HEARTBEAT_MS = 100;
const ARCHIVE_LIMIT_MS = 20_000;
const PROMOTION_LIMIT_MS = 30_000;
const LOOK_MS = 50;
/** Where setpriv is. */
const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin";

export async function startHistory(folder: string): Promise<History> {
  const archive = join(folder, "archive");
  const base = join(folder, "base");
  await mkdir(archive, { recursive: true });
  await giveToServerUser([archive], folder);
  const server = await startPostgresql({
    folder: join(folder, "source"),
    settings: {
      wal_level: "replica",
      archive_mode: "on",
      archive_command: `cp %p ${archive}/%f`,
    },
  });
  const restored = new Map<string, PostgresqlServer>();
  const heart = await beat(server);
  return {
    server,
    backUp: () => takeBase(server, base, folder),
    restore: async (_, target, atSecond) => {
      await archiveAll(server);
      const home = join(folder, target);
      const made = await recover(home, { base, archive, atSecond, password: server.password });
      restored.set(target, made);
      return { host: made.host, port: made.port };
    },
    remove: async (target) => {
      await restored.get(target)?.close();
      restored.delete(target);
      await rm(join(folder, target), { recursive: true, force: true });
    },
    close: async () => {
      await heart();
      await Promise.allSettled([...restored.values(), server].map((each) => each.close()));
    },
  };
}

async function connect({ host, port, user, password }: PostgresqlServer): Promise<Client> {
  const client = new Client({ host, port, user, password, database: "postgres" });
  // One that is shut down says so to everybody.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** Answers how to end it. */
async function beat(server: PostgresqlServer): Promise<() => Promise<void>> {
  const client = await connect(server);
  let alive = true;
  const beating = (async () => {
    while (alive) {
      await client
        .query("SELECT pg_logical_emit_message(true, 'rehearsal', 'heartbeat')")
        .catch(() => undefined);
      await delay(HEARTBEAT_MS);
    }
  })();
  return async () => {
    alive = false;
    await beating;
    await client.end();
  };
}

async function takeBase(server: PostgresqlServer, base: string, folder: string): Promise<void> {
  const programs = await postgresqlPrograms();
  const program = join(dirname(programs?.postgres ?? ""), "pg_basebackup");
  const { host, port, user, password } = server;
  await mkdir(base, { mode: 0o700 });
  await giveToServerUser([base], folder);
  const where = ["-h", host, "-p", String(port), "-U", user, "-D", base];
  const [command = "", ...args] = asServerUser([program, ...where, "-X", "none", "-c", "fast", "--no-sync"]);
  await run(command, args, { env: { PATH: SYSTEM_PATH, PGPASSWORD: password } });
}

/** Everything that is in the log by now is in the archive. */
async function archiveAll(server: PostgresqlServer): Promise<void> {
  const client = await connect(server);
  try {
    const { rows } = await client.query("SELECT pg_walfile_name(pg_switch_wal()) AS name");
    const last = String(rows[0].name);
    for (let waitedMs = 0; waitedMs < ARCHIVE_LIMIT_MS; waitedMs += LOOK_MS) {
      const { rows: found } = await client.query("SELECT last_archived_wal AS name FROM pg_stat_archiver");
      if (String(found[0].name ?? "") >= last) return;
      await delay(LOOK_MS);
    }
  } finally {
    await client.end();
  }
  throw new StillpointError("REHEARSAL_FAILED", `the log was not archived within ${ARCHIVE_LIMIT_MS} ms`);
}

interface Recovering {
  readonly base: string;
  readonly archive: string;
  readonly atSecond: number;
  readonly password: string;
}

/** Replays the log on a copy of the base until the second, and lets it be written to from there. */
async function recover(
  home: string,
  { base, archive, atSecond, password }: Recovering,
): Promise<PostgresqlServer> {
  const data = join(home, "data");
  await mkdir(home, { recursive: true });
  await cp(base, data, { recursive: true });
  await writeFile(join(data, "recovery.signal"), "");
  await run("chmod", ["700", data]);
  await giveToServerUser(["-R", data], home);
  const server = await startPostgresql({
    folder: home,
    password,
    settings: {
      archive_mode: "off",
      restore_command: `cp ${archive}/%f %p`,
      recovery_target_time: timeText(atSecond),
      recovery_target_action: "promote",
    },
  });
  await promoted(server);
  return server;
}

/** As PostgreSQL reads it. */
function timeText(atSecond: number): string {
  return new Date(atSecond * 1000).toISOString().replace("T", " ").replace("Z", "+00");
}

async function promoted(server: PostgresqlServer): Promise<void> {
  const client = await connect(server);
  try {
    for (let waitedMs = 0; waitedMs < PROMOTION_LIMIT_MS; waitedMs += LOOK_MS) {
      const { rows } = await client.query("SELECT pg_is_in_recovery() AS recovering");
      if (rows[0].recovering === false) return;
      await delay(LOOK_MS);
    }
  } finally {
    await client.end();
  }
  throw new StillpointError(
    "REHEARSAL_FAILED",
    `the restored server was not ready within ${PROMOTION_LIMIT_MS} ms`,
  );
}
