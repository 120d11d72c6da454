import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import { readPem } from "../../../admin/tls.ts";
import type { SqlAddress } from "../../sql/sql.ts";
import type { Product } from "./product.ts";

/** A file with the password and where to connect, for one run of a tool: arguments can be read by everybody. */
export interface OptionFile {
  /** To be the first argument. */
  readonly argument: string;
  /** Done too where it was removed. */
  remove(): Promise<void>;
}

export async function writeOptionFile(address: SqlAddress, product: Product): Promise<OptionFile> {
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-"));
  const file = join(folder, "client.cnf");
  const ca = join(folder, "ca.pem");
  try {
    if (address.tls !== "off") await writeFile(ca, trusted(address.tls), { mode: 0o600 });
    await writeFile(file, optionText(address, product, ca), { mode: 0o600 });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    // Not the files of the machine or the user as well: they may hold options that change what is dumped.
    argument: `--defaults-file=${file}`,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The tool trusts the same authorities as our own connections. */
function trusted(tls: Exclude<SqlAddress["tls"], "off">): string {
  return tls.ca ? readPem("the authority of the server", tls.ca) : getCACertificates("default").join("\n");
}

function optionText({ host, port, user, password, tls }: SqlAddress, product: Product, ca: string): string {
  return [
    "[client]",
    "protocol=tcp",
    `host=${optionValue(host)}`,
    `port=${port}`,
    `user=${optionValue(user)}`,
    `password=${optionValue(password)}`,
    ...TLS_OPTIONS[product](tls === "off" ? undefined : ca),
    "",
  ].join("\n");
}

const TLS_OPTIONS: Readonly<Record<Product, (ca: string | undefined) => readonly string[]>> = {
  MariaDB: (ca) =>
    ca === undefined ? ["skip-ssl"] : ["ssl", "ssl-verify-server-cert", `ssl-ca=${optionValue(ca)}`],
  // Without TLS the password of MySQL 8 is encrypted by a key that has to be asked for.
  MySQL: (ca) =>
    ca === undefined
      ? ["ssl-mode=DISABLED", "get-server-public-key"]
      : ["ssl-mode=VERIFY_IDENTITY", `ssl-ca=${optionValue(ca)}`],
};

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** Quoted, or a "#" would begin a comment. */
function optionValue(text: string): string {
  return `"${text.replaceAll(/[\\"\n\r\t]/g, (character) => ESCAPES[character] ?? character)}"`;
}
