import type { PeerCertificate } from "node:tls";
import { ConnectError } from "@connectrpc/connect";

/** What Node.js and OpenSSL put on their errors. */
interface NodeError extends Error {
  readonly code?: unknown;
  readonly syscall?: string;
  readonly cert?: PeerCertificate;
  readonly host?: string;
  readonly errors?: readonly unknown[];
}

/** The error that began it: the last one of the chain of causes. */
function rootOf(error: unknown): NodeError | undefined {
  let root: unknown = error;
  while (root instanceof Error && root.cause instanceof Error && root.cause !== root) root = root.cause;
  return root instanceof Error ? root : undefined;
}

/**
 * What the failure of an unsent call proves of whoever was called. A name with several addresses fails with one error
 * for each, and all of them must say so.
 */
export function provenBy(error: unknown): "no-listener" | "unresolved" | undefined {
  const root = rootOf(error);
  if (root?.errors?.length) {
    const [first, ...others] = root.errors.map(provenBy);
    return others.every((one) => one === first) ? first : undefined;
  }
  if (root?.code === "ECONNREFUSED" && root.syscall === "connect") return "no-listener";
  return root?.code === "ENOTFOUND" ? "unresolved" : undefined;
}

/** A transport failure in words for the person who has to mend it. */
export function describeTransportFailure(error: unknown): string {
  const root = rootOf(error);
  if (!root) return String(error);
  if (root instanceof ConnectError) return root.rawMessage;
  if (root.errors?.length) return [...new Set(root.errors.map(describeTransportFailure))].join("; ");
  const code = typeof root.code === "string" ? root.code : "";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return describeWrongName(root);
  const words = WORDS[code] ?? SSL_WORDS.find(([pattern]) => pattern.test(code))?.[1];
  if (words) return `${words} (${code})`;
  return code && !root.message.includes(code) ? `${root.message} (${code})` : root.message;
}

function describeWrongName({ host, cert }: NodeError): string {
  const names = cert?.subjectaltname ?? `CN=${cert?.subject?.CN ?? "none"}, which does not count`;
  return `its certificate is not for "${host}" but for ${names}; set the component's TLS authority to one of its names`;
}

const NOT_TRUSTED = "its certificate is not signed by the configured CA";

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "its name does not resolve",
  EAI_AGAIN: "the name server did not answer",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
  ETIMEDOUT: "it did not take the connection",
  ECONNRESET: "it cut the connection",
  EPIPE: "it cut the connection",
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  CERT_SIGNATURE_FAILURE: NOT_TRUSTED,
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet, or our clock is wrong",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS; it may serve plaintext",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak TLS; it may serve plaintext",
  ERR_HTTP2_ERROR: "it does not speak HTTP/2; it may be another port, or one that wants TLS",
};

/** Alerts by which a server turns a client away; OpenSSL's names for them carry the TLS version. */
const SSL_WORDS: readonly (readonly [RegExp, string])[] = [
  [/ALERT_CERTIFICATE_REQUIRED$/, "it demands a client certificate"],
  [/ALERT_HANDSHAKE_FAILURE$/, "it broke off the TLS handshake; it may demand a client certificate"],
  [
    /ALERT_(BAD|UNSUPPORTED)_CERTIFICATE$|ALERT_CERTIFICATE_|ALERT_UNKNOWN_CA$/,
    "it does not accept our client certificate",
  ],
  [/ALERT_UNRECOGNIZED_NAME$/, "it does not go by the name of the component's TLS authority"],
];
