import { createRequire } from "node:module";
import type { StorageAccount } from "../shared/config/config.ts";

/** The account that every Azurite has, and its key, which are no secret. */
export const ACCOUNT = "devstoreaccount1";
export const ACCOUNT_KEY =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
/** The environment variable that holds the key, as the settings below name it, and the environment with it. */
const KEY_VARIABLE = "AZURITE_ACCOUNT_KEY";
export const KEY_ENV = { [KEY_VARIABLE]: ACCOUNT_KEY };

export interface Azurite extends AsyncDisposable {
  /** How a configuration names its account, with the address of each service. */
  readonly table: Required<StorageAccount>;
  readonly blob: Required<StorageAccount>;
}

interface Server {
  start(): Promise<void>;
  close(): Promise<void>;
  getHttpServerAddress(): string;
}
type Class<T> = { readonly default: new (...settings: unknown[]) => T };

const require = createRequire(import.meta.url);
/** Azurite's settings have no names. Host, port of its own, keep-alive in seconds. */
const WHERE = ["127.0.0.1", 0, 5];
const NO_FILE = "unused";
/** Strict, any version of the API, no certificate with key and password, no OAuth, addresses with paths, in memory. */
const HOW = [false, true, "", "", "", undefined, false, true];

/** Microsoft's own emulator in this process, with everything in memory and on ports of its own. */
export async function startAzurite(): Promise<Azurite> {
  const servers = [tableServer(), blobServer()] as const;
  for (const server of servers) await server.start();
  const settingsOf = (server: Server) => ({
    account: ACCOUNT,
    endpoint: `${server.getHttpServerAddress()}/${ACCOUNT}`,
    key: { env: KEY_VARIABLE },
  });
  return {
    table: settingsOf(servers[0]),
    blob: settingsOf(servers[1]),
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server.close();
    },
  };
}

function tableServer(): Server {
  const { default: TableServer } = require("azurite/dist/src/table/TableServer.js") as Class<Server>;
  const { default: Settings } = require("azurite/dist/src/table/TableConfiguration.js") as Class<object>;
  const logs = [false, false, undefined, undefined];
  return new TableServer(new Settings(...WHERE, NO_FILE, ...logs, ...HOW));
}

function blobServer(): Server {
  const { default: BlobServer } = require("azurite/dist/src/blob/BlobServer.js") as Class<Server>;
  const { default: Settings } = require("azurite/dist/src/blob/BlobConfiguration.js") as Class<object>;
  const logs = [false, undefined, false, undefined];
  return new BlobServer(new Settings(...WHERE, NO_FILE, NO_FILE, [], ...logs, ...HOW));
}
