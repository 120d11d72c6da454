import { setTimeout as delay } from "node:timers/promises";
import { auth, Client, type DseClientOptions, policies, type QueryOptions, types } from "cassandra-driver";
import { readPem } from "../../admin/tls.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { addressesOf, checkNodeIdentity } from "./contact-points.ts";
import type { Cql, CqlAddress, CqlNode, CqlRow } from "./cql.ts";
import { attemptCql } from "./cql-refusal.ts";
import { NearNodes } from "./near-nodes.ts";

const APPLICATION = "stillpoint";
/** For a socket and each step of connecting; for an answer; for all of connecting, where nodes stand still. */
const SOCKET_LIMIT_MS = 5_000;
const ANSWER_LIMIT_MS = 10_000;
const CONNECT_LIMIT_MS = 30_000;
/** Longer than the servers' own limit on reading a range, which is 10 s. */
const PAGE_LIMIT_MS = 20_000;
const SMALL = { fetchSize: 1_000, readTimeout: ANSWER_LIMIT_MS } as const;
const MOST_RETRIES = 2;
const RECONNECT_FIRST_MS = 1_000;
const RECONNECT_MOST_MS = 30_000;

export function openCql(address: CqlAddress): Cql {
  let connecting: Promise<Opened> | undefined;
  const closing = new AbortController();
  const attempting = <T>(action: string, call: () => Promise<T>) =>
    attemptCql(address, action, () => untilClosed(call, closing.signal));
  const opened = (): Promise<Opened> => {
    connecting ??= attempting("connect to Cassandra", () => connect(address, closing.signal)).catch(
      (error: unknown) => {
        // Another question may be luckier.
        connecting = undefined;
        throw error;
      },
    );
    return connecting;
  };
  return {
    nodes: async () => nodesOf(await opened(), attempting),
    pages: async function* (text, pageSize) {
      const { client } = await opened();
      const options = { consistency: types.consistencies.quorum, readTimeout: PAGE_LIMIT_MS };
      yield* pagesOf(client, text, { ...options, fetchSize: pageSize }, attempting);
    },
    close: () => {
      closing.abort();
      connecting?.then(
        ({ client }) => shutDown(client),
        () => undefined,
      );
    },
  };
}

/** Whoever waits is told at once. */
async function untilClosed<T>(call: () => Promise<T>, closed: AbortSignal): Promise<T> {
  if (closed.aborted) throw closedError();
  const { promise, reject } = Promise.withResolvers<never>();
  const tell = () => reject(closedError());
  closed.addEventListener("abort", tell, { once: true });
  try {
    return await Promise.race([call(), promise]);
  } finally {
    closed.removeEventListener("abort", tell);
  }
}

function closedError(): StillpointError {
  return new StillpointError(
    "DATABASE_UNREACHABLE",
    "the connection to Cassandra was closed before it answered",
  );
}

interface Opened {
  readonly client: Client;
  readonly nodes: NearNodes;
}

async function connect(address: CqlAddress, closed: AbortSignal): Promise<Opened> {
  const addresses = await addressesOf(address.contactPoints);
  const nodes = nearNodesOf(address, addresses);
  const client = new Client(optionsOf(address, addresses, nodes));
  const opening = client.connect();
  const limit = new AbortController();
  try {
    await Promise.race([opening, tooLate(AbortSignal.any([limit.signal, closed]))]);
    return { client, nodes };
  } catch (error) {
    // The driver cannot be told to stop: what it still comes to is ended then.
    opening.then(
      () => shutDown(client),
      () => endLeftover(client),
    );
    throw error;
  } finally {
    limit.abort();
  }
}

async function tooLate(signal: AbortSignal): Promise<never> {
  await delay(CONNECT_LIMIT_MS, undefined, { signal });
  throw new Error(`no node was ready within ${CONNECT_LIMIT_MS} ms`);
}

function shutDown(client: Client): void {
  client.shutdown().catch(() => undefined);
}

/** A node that stops answering while the driver connects to it leaves a socket behind, which keeps a process alive. */
function endLeftover(client: Client): void {
  const { controlConnection } = client as unknown as {
    readonly controlConnection?: { readonly connection?: { close(): void } | null };
  };
  controlConnection?.connection?.close();
}

function nearNodesOf({ port, dataCenter }: CqlAddress, addresses: readonly string[]): NearNodes {
  const endpoints = addresses.map((each) => `${each}:${port}`);
  return new NearNodes({ endpoints, ...(dataCenter !== undefined && { dataCenter }) });
}

function optionsOf(
  { contactPoints, port, credentials, tls }: CqlAddress,
  addresses: readonly string[],
  loadBalancing: NearNodes,
): DseClientOptions {
  return {
    contactPoints: [...addresses],
    protocolOptions: { port },
    applicationName: APPLICATION,
    monitorReporting: { enabled: false },
    ...(credentials && {
      authProvider: new auth.PlainTextAuthProvider(credentials.user, credentials.password),
    }),
    ...(tls !== "off" && {
      sslOptions: {
        ...(tls.ca && { ca: readPem("the authority of the nodes", tls.ca) }),
        // Without this the driver takes any certificate.
        rejectUnauthorized: true,
        checkServerIdentity: checkNodeIdentity(contactPoints),
      },
    }),
    policies: {
      loadBalancing,
      reconnection: new policies.reconnection.ExponentialReconnectionPolicy(
        RECONNECT_FIRST_MS,
        RECONNECT_MOST_MS,
      ),
      retry: new FewRetries(),
    },
    socketOptions: { connectTimeout: SOCKET_LIMIT_MS, readTimeout: SOCKET_LIMIT_MS },
    // Tables are looked up in the schema's own tables here, and nothing is prepared.
    isMetadataSyncEnabled: false,
    encoding: { useBigIntAsLong: true },
    queryOptions: { isIdempotent: true, consistency: types.consistencies.localOne },
  };
}

/** The driver's own policy asks all nodes one after the other, however long each of them is waited for. */
class FewRetries extends policies.retry.RetryPolicy {
  override onRequestError(
    info: policies.retry.OperationInfo,
    consistency: types.consistencies,
  ): policies.retry.DecisionInfo {
    return info.nbRetry < MOST_RETRIES ? this.retryResult(consistency, false) : this.rethrowResult();
  }
}

type Attempting = <T>(action: string, call: () => Promise<T>) => Promise<T>;

/** Where none is connected at the moment, asking one tells why. */
function nodesOf({ client, nodes }: Opened, attempting: Attempting): readonly CqlNode[] {
  const connected = new Set(client.getState().getConnectedHosts());
  const near = nodes.near();
  const answering = near.filter((host) => connected.has(host));
  return (answering.length > 0 ? answering : near).map((host) => ({
    address: host.address.slice(0, host.address.lastIndexOf(":")),
    query: async (text, level) => {
      const options = { host, ...SMALL, ...(level && { consistency: types.consistencies[level] }) };
      const rows: CqlRow[] = [];
      for await (const page of pagesOf(client, text, options, attempting)) rows.push(...page);
      return rows;
    },
  }));
}

async function* pagesOf(
  client: Client,
  text: string,
  options: QueryOptions,
  attempting: Attempting,
): AsyncGenerator<readonly CqlRow[]> {
  let pageState: string | undefined;
  do {
    const asked = pageState === undefined ? options : { ...options, pageState };
    const result = await attempting(actionOf(text), () => client.execute(text, [], asked));
    pageState = result.pageState ?? undefined;
    if (result.rowLength > 0) yield result.rows as unknown as readonly CqlRow[];
  } while (pageState !== undefined);
}

const MOST_CHARACTERS = 120;

/** The statement, short enough for a message. */
function actionOf(text: string): string {
  return `run ${text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}...` : text}`;
}
