import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { type Connection, type Served, serveConnection } from "./protocol/connection.ts";

export interface CqlServer {
  /** Sends an event to every client that has asked for this kind. */
  tell(event: string, body: Buffer): void;
  /** Drops every connection at once, as a killed node would. */
  close(): Promise<void>;
}

export async function serveCql(host: string, port: number, served: Served): Promise<CqlServer> {
  const connections = new Set<Connection>();
  const server = createServer((socket) => {
    const connection = serveConnection(socket, served);
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
  });
  await listening(server, host, port);
  return {
    tell: (event, body) => {
      for (const connection of connections) connection.tell(event, body);
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const connection of connections) connection.close();
      await closed;
    },
  };
}

export async function listening(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  await once(server, "listening");
}
