import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

const CONNECT_LIMIT_MS = 1000;

/** A port that nobody listens on now. Another process can take it before it is used: who starts a server tries again. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

export async function isListening(port: number, host = "127.0.0.1"): Promise<boolean> {
  const socket = connect({ host, port, timeout: CONNECT_LIMIT_MS });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
