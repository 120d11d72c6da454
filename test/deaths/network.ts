import * as net from "node:net";
import { type TcpServer, tcpServer } from "../admin/tcp-servers.ts";

/** What happens to bytes on their way to an instance and back. `lost`: they are taken, and never arrive. */
export interface Weather {
  readonly delayMs?: number;
  readonly there?: "lost";
  readonly back?: "lost";
}

/** A line to an instance whose weather the test makes. A connection that has lost bytes is cut when it clears up. */
export interface Line extends TcpServer {
  readonly address: string;
  become(weather: Weather): void;
}

export async function lineTo(target: string): Promise<Line> {
  const port = Number(target.split(":").at(-1));
  let weather: Weather = {};
  const pass = (from: net.Socket, to: net.Socket, way: "there" | "back") =>
    from.on("data", (chunk) => {
      if (weather[way] === "lost") return;
      // Equal delays keep the order: timers of the same length fire as they were set.
      if (weather.delayMs === undefined) to.write(chunk);
      else setTimeout(() => to.writable && to.write(chunk), weather.delayMs);
    });
  const server = await tcpServer((client) => {
    const uplink = net.connect(port, "127.0.0.1");
    pass(client, uplink, "there");
    pass(uplink, client, "back");
    uplink.on("error", () => client.destroy());
    uplink.once("close", () => client.destroy());
    client.once("close", () => uplink.destroy());
  });
  return {
    ...server,
    address: `127.0.0.1:${server.port}`,
    become: (next) => {
      const hasLost = weather.there === "lost" || weather.back === "lost";
      weather = next;
      if (hasLost) server.cut();
    },
  };
}
