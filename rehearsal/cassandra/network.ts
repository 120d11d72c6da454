import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { listening } from "./cql-server.ts";

/** Where the nodes of one cluster are: addresses of this machine's own, and one port, as drivers expect it. */
export interface Network {
  readonly addresses: readonly string[];
  readonly port: number;
}

const CQL_PORT = 9042;
const MOST_TRIES = 12;
/** From here on, somebody else has Cassandra's own port on all addresses. */
const OTHER_PORTS_FROM_TRY = 4;

/** A part of 127.0.0.0/8 that nobody else is on. */
export async function freeNetwork(nodes: number): Promise<Network> {
  for (let turn = 0; ; turn++) {
    const part = randomInt(1, 255);
    const network = {
      addresses: Array.from({ length: nodes }, (_, at) => `127.77.${part}.${at + 1}`),
      port: turn < OTHER_PORTS_FROM_TRY ? CQL_PORT : randomInt(20_000, 32_000),
    };
    const why = await whyTaken(network);
    if (why === undefined) return network;
    if (turn === MOST_TRIES)
      throw new StillpointError(
        "REHEARSAL_FAILED",
        `no ${nodes} addresses like ${network.addresses[0]} can be listened on: ${why}. Linux has all of 127.0.0.0/8; elsewhere they must be added to the loopback interface first`,
      );
  }
}

async function whyTaken({ addresses, port }: Network): Promise<string | undefined> {
  for (const address of addresses) {
    const server = createServer();
    try {
      await listening(server, address, port);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    const closed = once(server, "close");
    server.close();
    await closed;
  }
  return undefined;
}
