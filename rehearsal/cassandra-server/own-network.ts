import { once } from "node:events";
import { createServer } from "node:net";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";

const TRIES = 20;

/**
 * Addresses of this machine's own loop on which nobody uses these ports. The nodes of a cluster share their ports, so each
 * cluster has a network of its own, by chance: somebody else could take it still, but two clusters hardly meet.
 */
export async function ownAddresses(count: number, ports: readonly number[]): Promise<readonly string[]> {
  for (let tries = 0; tries < TRIES; tries++) {
    const network = `127.${64 + below(64)}.${below(256)}`;
    const addresses = Array.from({ length: count }, (_, index) => `${network}.${index + 1}`);
    const free = await Promise.all(addresses.flatMap((host) => ports.map((port) => isFree(host, port))));
    if (free.every(Boolean)) return addresses;
  }
  throw new StillpointError(
    "REHEARSAL_FAILED",
    `no addresses of the loopback network were found on which the ports ${ports.join(", ")} are free; end what listens on them everywhere`,
  );
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}

async function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, "listening");
    probe.close();
    await once(probe, "close");
    return true;
  } catch {
    return false;
  }
}
