import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import dynalite from "dynalite";

export interface EmbeddedDynalite {
  readonly url: string;
  close(): Promise<void>;
}

/** dynalite in this process, on a free loopback port. Its own delays are off: the front has the only pace. */
export async function startDynalite(): Promise<EmbeddedDynalite> {
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: promisify(server.close.bind(server)) };
}
