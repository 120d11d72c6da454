import { connect } from "node:net";

/** Between nodes in the clear, and of JMX: both are there before CQL is, and after it has gone. */
const OTHER_PORTS: readonly number[] = [7000, 7199];
/** A running host accepts a connection much sooner. */
const CONNECT_LIMIT_MS = 3_000;

interface Node {
  readonly address: string;
  /** Default: the same as the other nodes know it by. */
  readonly cqlAddress?: string;
}

interface Ports {
  readonly cqlPort: number;
  readonly ports?: readonly number[];
}

export interface NodeSign {
  readonly address: string;
  /** Whether Cassandra runs there; `unknown` is no proof of anything. */
  readonly sign: "answers" | "stopped" | "unknown";
  /** For messages, such as `port 9042 is open`. */
  readonly why: string;
}

/** Whether Cassandra still runs on these nodes, in their order: one that does would write into what is restored. */
export function nodeSigns(nodes: readonly Node[], ports: Ports): Promise<readonly NodeSign[]> {
  return Promise.all(nodes.map((node) => signOf(node, ports)));
}

async function signOf(
  { address, cqlAddress = address }: Node,
  { cqlPort, ports = OTHER_PORTS }: Ports,
): Promise<NodeSign> {
  const [cql, ...others] = await Promise.all([
    knock(cqlAddress, cqlPort),
    ...ports.map((port) => knock(address, port)),
  ] as const);
  const open = [cql, ...others].filter(({ kind }) => kind === "open");
  if (open.length > 0)
    return { address, sign: "answers", why: open.map(({ port }) => `port ${port} is open`).join(", ") };
  const rest = others.filter(({ kind }) => kind === "silent").map(({ text }) => text);
  // One that drains, or has only begun to start, refuses CQL and runs: the others must be refused as well.
  const sign = cql.kind === "refused" && rest.length === 0 ? "stopped" : "unknown";
  return { address, sign, why: [cql.text, ...rest].join("; ") };
}

interface Knock {
  readonly port: number;
  /** Refused by the host itself, which knows; or anything else, which may be the network's doing. */
  readonly kind: "open" | "refused" | "silent";
  readonly text: string;
}

function knock(host: string, port: number): Promise<Knock> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (kind: Knock["kind"], text: string) => {
      clearTimeout(limit);
      socket.destroy();
      resolve({ port, kind, text });
    };
    const limit = setTimeout(
      () => end("silent", `port ${port} gave no answer within ${CONNECT_LIMIT_MS} ms`),
      CONNECT_LIMIT_MS,
    );
    socket.once("connect", () => end("open", `port ${port} is open`));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") end("refused", `port ${port} is refused`);
      else end("silent", `port ${port} cannot be asked (${error.message})`);
    });
  });
}
