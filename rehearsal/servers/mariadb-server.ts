import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalProcess } from "../local-process.ts";
import { freePort } from "../scalardb-server/local-port.ts";
import { type Account, accountOf } from "./account.ts";
import { missingPrograms, serverCommand } from "./missing-programs.ts";

const INSTALL_LIMIT_MS = 60_000;
const START_LIMIT_MS = 60_000;
const PORT_TRIES = 3;
const USER = "stillpoint";

/** One line that says what this machine lacks to run MariaDB, or nothing where it lacks nothing. */
export async function missingMariadb(): Promise<string | undefined> {
  return missingPrograms(
    "MariaDB",
    ["mariadbd", "mariadb-install-db", "mariadb", "mariadb-dump"],
    ["mariadb-server", "mariadb-client"],
  );
}

export interface MariadbOptions {
  /** Its data are kept below it; where there are some already, the server goes on with them. */
  readonly folder: string;
  /** Texts in PEM. Clients may use TLS then, and still need not. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Variables of the server, such as `{ "log-bin": "log" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A real server on 127.0.0.1, which may do anything as its user. */
export interface Mariadb {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** As a host that loses its power. */
  kill(): Promise<void>;
  /** Ends it, whoever is connected. Its data stay in the folder. */
  close(): Promise<void>;
}

export async function startMariadb(options: MariadbOptions): Promise<Mariadb> {
  const { folder } = options;
  const account = await accountOf("mysql");
  await prepareFolder(folder, account);
  const data = join(folder, "data");
  if (!(await exists(data))) await install(folder, data, account);
  const password = randomBytes(12).toString("base64url");
  // A path of a socket may have no more than 107 bytes, and a folder of tests has more.
  const socketDir = await mkdtemp(join(tmpdir(), "sp-"));
  await own(socketDir, account);
  await writeOwned(join(folder, "users.sql"), usersSql(password), account);
  const tls = await tlsArguments(options, account);
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const command = serverCommand(
      "mariadbd",
      ...serverArguments({ data, port, socketDir, folder, account }),
      ...tls,
      ...settingArguments(options),
    );
    const process = new LocalProcess({ name: `mariadb-${port}`, command, dir: folder });
    try {
      await process.ready(/ready for connections/, START_LIMIT_MS);
      return {
        host: "127.0.0.1",
        port,
        user: USER,
        password,
        kill: () => process.kill(),
        close: () => close(process, socketDir),
      };
    } catch (error) {
      const taken = /Address already in use/.test(await process.log());
      if (!taken || tries === PORT_TRIES) throw error;
    }
  }
}

async function close(process: LocalProcess, socketDir: string): Promise<void> {
  await process.stop();
  await rm(socketDir, { recursive: true, force: true });
}

interface Launch {
  readonly data: string;
  readonly port: number;
  readonly socketDir: string;
  readonly folder: string;
  readonly account: Account;
}

function serverArguments({ data, port, socketDir, folder, account }: Launch): readonly string[] {
  return [
    "--no-defaults",
    ...userArguments(account),
    `--datadir=${data}`,
    ...temporaryArguments(folder),
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    `--socket=${join(socketDir, "s")}`,
    `--pid-file=${join(socketDir, "pid")}`,
    `--init-file=${join(folder, "users.sql")}`,
    "--skip-name-resolve",
    "--character-set-server=utf8mb4",
    // Nothing here has to outlive the machine.
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-use-native-aio=0",
    "--innodb-buffer-pool-size=64M",
  ];
}

/** A server that starts removes from the folder what it takes for leftovers of its own: another's temporary tables. */
function temporaryArguments(folder: string): readonly string[] {
  return [`--tmpdir=${folder}`];
}

function settingArguments({ settings = {} }: MariadbOptions): readonly string[] {
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}

async function tlsArguments({ folder, tls }: MariadbOptions, account: Account): Promise<readonly string[]> {
  if (tls === undefined) return [];
  const [certificate, key] = [join(folder, "server.crt"), join(folder, "server.key")];
  await writeOwned(certificate, tls.certificate, account);
  await writeOwned(key, tls.key, account);
  return [`--ssl-cert=${certificate}`, `--ssl-key=${key}`];
}

async function install(folder: string, data: string, account: Account): Promise<void> {
  const process = new LocalProcess({
    name: "mariadb-install",
    command: serverCommand(
      "mariadb-install-db",
      "--no-defaults",
      ...userArguments(account),
      `--datadir=${data}`,
      ...temporaryArguments(folder),
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      "--skip-name-resolve",
    ),
    dir: folder,
  });
  const limit = setTimeout(() => void process.kill(), INSTALL_LIMIT_MS);
  const status = await process.exited;
  clearTimeout(limit);
  if (status !== 0) throw await process.failure(`failed with exit status ${status}`);
}

/**
 * Run by the server at each start. The anonymous users of a fresh one would shadow ours, and root has no password.
 * Names are not resolved, so the address is a host of its own.
 */
function usersSql(password: string): string {
  const hosts = ["localhost", "127.0.0.1"];
  return [
    "DELETE FROM mysql.global_priv WHERE User = '';",
    "FLUSH PRIVILEGES;",
    `ALTER USER IF EXISTS 'root'@'localhost' IDENTIFIED BY '${password}';`,
    `ALTER USER IF EXISTS 'root'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `ALTER USER IF EXISTS 'root'@'::1' IDENTIFIED BY '${password}';`,
    ...hosts.flatMap((host) => [
      `CREATE OR REPLACE USER '${USER}'@'${host}' IDENTIFIED BY '${password}';`,
      `GRANT ALL PRIVILEGES ON *.* TO '${USER}'@'${host}' WITH GRANT OPTION;`,
    ]),
    "",
  ].join("\n");
}

function userArguments({ name }: Account): readonly string[] {
  return name === undefined ? [] : [`--user=${name}`];
}

async function prepareFolder(folder: string, account: Account): Promise<void> {
  await mkdir(folder, { recursive: true });
  await own(folder, account);
}

async function writeOwned(path: string, text: string, account: Account): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { mode: 0o600 });
  await own(path, account, 0o600);
}

async function own(path: string, { ids }: Account, mode = 0o700): Promise<void> {
  if (ids === undefined) return;
  await chown(path, ids.uid, ids.gid);
  await chmod(path, mode);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
