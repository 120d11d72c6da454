import { lookup, Resolver } from "node:dns/promises";

/** What discovery asks of the Domain Name System; without `servers` the system's own are asked. */
export interface NameService {
  /** The SRV records of a name. Every question reaches a server: nothing is answered from a cache of ours. */
  srv(
    name: string,
    question: number,
    servers?: readonly string[],
  ): Promise<readonly { readonly name: string; readonly port: number }[]>;
  /** All addresses of a host, empty where there are none or nobody says. */
  addresses(host: string, servers?: readonly string[]): Promise<readonly string[]>;
}

const QUESTION_TIMEOUT_MS = 500;
const QUESTION_TRIES = 2;
const SYSTEM_LOOKUP_MS = 2_000;

export const nameService: NameService = {
  // A resolver of its own for each question, since one resolver answers the second from its cache. Each question
  // begins with another server, so that the servers are compared with each other as well.
  srv: (name, question, servers) => resolver(servers, question).resolveSrv(name),
  addresses: (host, servers) => (servers?.length ? askServers(host, servers) : askSystem(host)),
};

async function askServers(host: string, servers: readonly string[]): Promise<readonly string[]> {
  const asked = resolver(servers, 0);
  const v4 = await asked.resolve4(host).catch(() => []);
  return v4.length > 0 ? v4 : await asked.resolve6(host).catch(() => []);
}

/** As a connection will resolve it, hosts file included. A slow answer is done without: instances may be paused. */
async function askSystem(host: string): Promise<readonly string[]> {
  const { promise: tooLate, resolve } = Promise.withResolvers<readonly string[]>();
  const timer = setTimeout(() => resolve([]), SYSTEM_LOOKUP_MS);
  const ask = async () => (await lookup(host, { all: true })).map(({ address }) => address);
  // A name server may fail once; a name that is unknown stays so.
  const addresses = await Promise.race([
    ask()
      .catch(ask)
      .catch(() => []),
    tooLate,
  ]);
  clearTimeout(timer);
  return addresses;
}

function resolver(servers: readonly string[] | undefined, question: number): Resolver {
  const made = new Resolver({ timeout: QUESTION_TIMEOUT_MS, tries: QUESTION_TRIES });
  if (servers?.length) {
    const first = question % servers.length;
    made.setServers([...servers.slice(first), ...servers.slice(0, first)]);
  }
  return made;
}
