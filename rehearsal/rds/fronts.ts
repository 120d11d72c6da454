import { connect, createServer, type Server, type Socket } from "node:net";
import type { Place } from "./place.ts";

/** Loopback addresses from here on are given out, one for each name. */
const FIRST = 10;

/**
 * What the endpoints of managed servers are: an address goes with a name, and leads to whichever server has that name
 * now. All listen on the port that they say.
 */
export class Fronts {
  readonly #placeOf: (name: string) => Place | undefined;
  readonly #servers = new Map<string, Server>();
  readonly #sockets = new Set<Socket>();

  constructor(placeOf: (name: string) => Place | undefined) {
    this.#placeOf = placeOf;
  }

  /** Listens there from the first time on. */
  addressOf(name: string, port: number): string {
    const key = `${name} ${port}`;
    const known = [...this.#servers.keys()].indexOf(key);
    if (known !== -1) return `127.0.0.${FIRST + known}`;
    const address = `127.0.0.${FIRST + this.#servers.size}`;
    const server = createServer((client) => this.#lead(client, name));
    server.listen(port, address);
    this.#servers.set(key, server);
    return address;
  }

  #lead(client: Socket, name: string): void {
    const place = this.#placeOf(name);
    if (place === undefined) {
      client.destroy();
      return;
    }
    const beyond = connect(place.port, place.host);
    for (const [one, other] of [
      [client, beyond],
      [beyond, client],
    ] as const) {
      this.#sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }

  close(): void {
    for (const server of this.#servers.values()) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
