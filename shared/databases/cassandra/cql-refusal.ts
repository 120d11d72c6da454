import { errors } from "cassandra-driver";
import { quoted } from "../../errors/quoted.ts";
import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { ErrorCode } from "../../errors/table.ts";
import { certificateReason } from "../certificate-reason.ts";
import type { CqlAddress } from "./cql.ts";

interface Reason {
  readonly code: Extract<ErrorCode, "DATABASE_UNREACHABLE" | "DATABASE_DENIED" | "DATABASE_REFUSED">;
  readonly advice?: string;
}

type Where = Pick<CqlAddress, "contactPoints" | "port" | "tls"> & {
  readonly credentials?: { readonly user: string };
};

/** Tells what was attempted, where and as whom, and what each node or the driver said. Never the password. */
export async function attemptCql<T>(where: Where, action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw cqlRefusal(where, action, error);
  }
}

function cqlRefusal(where: Where, action: string, error: unknown): StillpointError {
  if (error instanceof StillpointError) return error;
  const failures = failuresOf(error);
  const reasons = failures.map(({ node, failure }) => reasonOf(where, node, failure));
  const code =
    SEVEREST.find((each) => reasons.some((reason) => reason.code === each)) ?? "DATABASE_UNREACHABLE";
  const advice = [
    ...new Set(reasons.flatMap((reason) => (reason.code === code ? (reason.advice ?? []) : []))),
  ];
  const said = failures.map(({ node, failure }) =>
    node === undefined ? saidBy(failure) : `"${node}": ${saidBy(failure)}`,
  );
  const text = `cannot ${action} at ${placeOf(where)}: ${said.join("; ")}`;
  return new StillpointError(code, advice.length === 0 ? text : `${text}: ${advice.join("; ")}`, {
    cause: pared(error),
  });
}

/** What a person can mend comes before what may pass by itself. */
const SEVEREST: readonly Reason["code"][] = ["DATABASE_DENIED", "DATABASE_REFUSED", "DATABASE_UNREACHABLE"];

function placeOf({ contactPoints, port, credentials }: Where): string {
  const nodes = quoted(contactPoints);
  const user = credentials === undefined ? "nobody in particular" : `user "${credentials.user}"`;
  return `${contactPoints.length > 1 ? "nodes" : "node"} ${nodes} on port ${port} as ${user}`;
}

interface NodeFailure {
  readonly node?: string;
  readonly failure: unknown;
}

/** The driver gives one error for all nodes that it has tried, with theirs inside. */
function failuresOf(error: unknown): readonly NodeFailure[] {
  const inner = (error as { innerErrors?: unknown } | null)?.innerErrors;
  const failures = Object.entries((inner ?? {}) as Readonly<Record<string, unknown>>)
    .filter(([, failure]) => failure !== null && failure !== undefined)
    .map(([node, failure]) => ({ node, failure }))
    .sort((one, other) => (one.node < other.node ? -1 : 1));
  return failures.length === 0 ? [{ failure: error }] : failures;
}

/** Numbers of the protocol: https://github.com/apache/cassandra/blob/trunk/doc/native_protocol_v5.spec section 9 */
const OF_SERVER: Readonly<Record<number, Reason>> = {
  256: { code: "DATABASE_DENIED", advice: "check the user and the password" },
  4096: {
    code: "DATABASE_UNREACHABLE",
    advice: "too few nodes answer: start those that are down, see nodetool status",
  },
  4097: { code: "DATABASE_UNREACHABLE", advice: "the node has too much to do: try again later" },
  4098: { code: "DATABASE_UNREACHABLE", advice: "the node is still joining the cluster: try again later" },
  4608: {
    code: "DATABASE_UNREACHABLE",
    advice: "too few nodes answered in time: see nodetool status and tpstats",
  },
  4864: { code: "DATABASE_REFUSED", advice: "a node failed while it read: its log says why" },
  8448: { code: "DATABASE_DENIED", advice: "grant SELECT on it to the user" },
};

function reasonOf({ tls, credentials }: Where, node: string | undefined, error: unknown): Reason {
  const { code, innerError } = (error ?? {}) as Readonly<Record<string, unknown>>;
  const system = [code, (innerError as { code?: unknown } | undefined)?.code].find(
    (each) => typeof each === "string",
  );
  const certificate = certificateReason(hostOf(node), String(system));
  if (certificate !== undefined) return { code: "DATABASE_UNREACHABLE", advice: certificate };
  // Bundles rename classes, so that the names in the errors are of no use.
  if (error instanceof errors.AuthenticationError) return denied(credentials !== undefined);
  if (error instanceof errors.ResponseError) return OF_SERVER[Number(code)] ?? { code: "DATABASE_REFUSED" };
  if (/wrong version number/i.test(messageOf(error)))
    return {
      code: "DATABASE_UNREACHABLE",
      advice:
        'the node does not speak TLS there: turn it on in client_encryption_options; or, where nobody else can listen, set tls to "off"',
    };
  if (/socket was closed|ECONNRESET/i.test(`${messageOf(error)} ${String(system)}`) && tls === "off")
    return {
      code: "DATABASE_UNREACHABLE",
      advice: 'check that Cassandra runs there; if it wants TLS, take tls: "off" out of the configuration',
    };
  if (error instanceof errors.OperationTimedOutError)
    return {
      code: "DATABASE_UNREACHABLE",
      // The driver does not notice that a node hangs up on it before it has greeted it.
      advice: `check that Cassandra runs there and is not standing still, and that it is its CQL port${tls === "off" ? ", in the clear" : ""}`,
    };
  // A server that does not speak TLS may wait for what it understands.
  if (/^Connection timeout$/i.test(messageOf(error)) && tls !== "off")
    return {
      code: "DATABASE_UNREACHABLE",
      advice:
        'check that Cassandra runs there, can be reached from here and speaks TLS on that port; where it does not, and nobody else can listen, set tls to "off"',
    };
  return {
    code: "DATABASE_UNREACHABLE",
    advice: "check that Cassandra runs there and can be reached from here",
  };
}

function denied(hasCredentials: boolean): Reason {
  const advice = hasCredentials
    ? "check the user and the password"
    : "set user and password in the configuration";
  return { code: "DATABASE_DENIED", advice };
}

function hostOf(node: string | undefined): string {
  return node === undefined ? "the node" : node.slice(0, node.lastIndexOf(":"));
}

const OF_OPENSSL = /^\w+:error:\w+:[^:]*:[^:]*:([^:]+):.*$/s;

function saidBy(failure: unknown): string {
  return (
    messageOf(failure).replace(OF_OPENSSL, "TLS: $1").replaceAll(/\s+/g, " ").trim() || "no reason given"
  );
}

/** A driver's error may hold its connection, and that its settings. */
function pared(error: unknown): Error {
  const { code } = (error ?? {}) as { code?: unknown };
  return Object.assign(new Error(messageOf(error)), { code: typeof code === "object" ? undefined : code });
}
