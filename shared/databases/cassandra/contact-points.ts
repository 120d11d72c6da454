import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";

/** The addresses of all names, in their order, as this host resolves any other name. */
export async function addressesOf(names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.allSettled(names.map((name) => resolve(name)));
  const addresses = found.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
  if (addresses.length > 0) return [...new Set(addresses)];
  const why = found.flatMap((each, place) =>
    each.status === "rejected" ? [`"${names[place]}": ${messageOf(each.reason)}`] : [],
  );
  throw new StillpointError(
    "DATABASE_UNREACHABLE",
    `cannot find Cassandra's nodes by name: ${why.join("; ")}. Check contactPoints in the configuration, and the name server`,
  );
}

async function resolve(name: string): Promise<readonly string[]> {
  if (isIP(name) !== 0) return [name];
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

/**
 * Nodes are dialled by address, most certificates are for names: one for a contact point's name is as good, since who
 * holds it can answer as that contact point anyway.
 */
export function checkNodeIdentity(
  names: readonly string[],
): (address: string, certificate: PeerCertificate) => Error | undefined {
  return (address, certificate) => {
    const refusal = checkServerIdentity(address, certificate);
    return names.some((name) => checkServerIdentity(name, certificate) === undefined) ? undefined : refusal;
  };
}
