import { once } from "node:events";
import * as net from "node:net";

export interface TcpServer {
  readonly port: number;
  /** Ends every connection with a reset, as a firewall or a dying machine does. */
  cut(): void;
  close(): Promise<void>;
}

/** A server that does with each connection what it is told. */
export async function tcpServer(onConnection: (socket: net.Socket) => void, port = 0): Promise<TcpServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const close = async () => {
    cut();
    server.close();
    await once(server, "close");
  };
  return { port: (server.address() as net.AddressInfo).port, cut, close };
}

/** Takes connections and never says a word. */
export function silentServer(): Promise<TcpServer> {
  return tcpServer((socket) => socket.resume());
}

export interface Proxy extends TcpServer {
  /** From now on nothing comes back, on the connections there are; new ones work. */
  swallow(): void;
}

/** Passes bytes on to another port. */
export async function proxyTo(target: number): Promise<Proxy> {
  const uplinks = new Set<net.Socket>();
  const server = await tcpServer((client) => {
    const uplink = net.connect(target, "127.0.0.1");
    uplinks.add(uplink);
    client.pipe(uplink);
    uplink.pipe(client);
    uplink.on("error", () => client.destroy());
    client.once("close", () => uplink.destroy());
    uplink.once("close", () => uplinks.delete(uplink));
  });
  const swallow = () => {
    for (const uplink of uplinks) uplink.unpipe().resume();
  };
  return { ...server, swallow };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = await tcpServer(() => {});
  await server.close();
  return server.port;
}
