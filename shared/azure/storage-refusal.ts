import { messageOf, nameOf } from "../errors/stillpoint-error.ts";

/** The connection was never there. */
const UNSENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"];
/** Errors of the network: no answer of the service's own, or only half of one. */
const UNANSWERED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ERR_STREAM_PREMATURE_CLOSE|REQUEST_SEND_ERROR|PARSE_ERROR|TimeoutError|AbortError)$/;
const NO_CREDENTIALS =
  /^(CredentialUnavailableError|AggregateAuthenticationError|AuthenticationRequiredError|AuthenticationError)$/;
const SERVER_ERROR = 500;
const TOO_MANY = 429;
const REQUEST_TIMEOUT = 408;

/** What one account is asked for, and the role that its data plane wants for it. */
export interface StorageUse {
  readonly account: string;
  readonly role: string;
}

/** Whether the same request may succeed a moment later. */
export function passes(error: unknown): boolean {
  return isSilent(error) || statusOf(error) === TOO_MANY;
}

/** Whether nobody knows what became of the request. */
export function mayHaveBeenCarriedOut(error: unknown): boolean {
  return isSilent(error) && !UNSENT.includes(codeOfStorage(error));
}

/** No answer came, or one that says no more than that the service failed. */
function isSilent(error: unknown): boolean {
  const status = statusOf(error);
  if (status >= SERVER_ERROR || status === REQUEST_TIMEOUT) return true;
  return UNANSWERED.test(codeOfStorage(error)) || UNANSWERED.test(nameOf(error));
}

/** Whatever the SDK, the network and the credentials have to say. Anything else is a defect and stays one. */
export function isFromService(error: unknown): boolean {
  return statusOf(error) > 0 || isSilent(error) || NO_CREDENTIALS.test(nameOf(error));
}

/** As much of an SDK's error as tells what the service said: each service puts it elsewhere. */
interface Told {
  readonly code?: unknown;
  readonly details?: {
    readonly errorCode?: unknown;
    readonly odataError?: { readonly code?: unknown; readonly message?: { readonly value?: unknown } };
  };
  readonly response?: {
    readonly headers?: { get(name: string): string | undefined };
    readonly bodyAsText?: unknown;
  };
}

/** Of an answer that the SDK expected in JSON. */
const CODE_IN_XML = /<(?:m:)?code>(\w+)</i;

/** The service's name for a failure, or the network's. */
export function codeOfStorage(error: unknown): string {
  const { code, details, response } = (error ?? {}) as Told;
  const candidates = [
    details?.odataError?.code,
    code,
    details?.errorCode,
    response?.headers?.get("x-ms-error-code"),
    CODE_IN_XML.exec(String(response?.bodyAsText ?? ""))?.[1],
  ];
  return candidates.find((one) => typeof one === "string") ?? "";
}

function statusOf(error: unknown): number {
  const { statusCode } = (error ?? {}) as { readonly statusCode?: unknown };
  return typeof statusCode === "number" ? statusCode : 0;
}

/** What the service said, in one line, with what to do where that is known. */
export function describeStorage(error: unknown, { account, role }: StorageUse): string {
  if (NO_CREDENTIALS.test(nameOf(error)))
    return (
      "no Azure identity was found: sign in (az login), give the host a managed identity, " +
      `or name the account's key in the configuration (${firstLine(error)})`
    );
  const code = codeOfStorage(error);
  const remedy = remedyOf(code, account, role);
  const said = [code || nameOf(error), firstLine(error)].filter((part) => part !== "" && part !== "Error");
  return remedy === undefined ? said.join(": ") : `${said.join(": ").replace(/\.$/, "")}: ${remedy}`;
}

function remedyOf(code: string, account: string, role: string): string | undefined {
  switch (code) {
    case "AuthorizationPermissionMismatch":
      return `this identity needs the role "${role}" on storage account "${account}"; a new assignment takes some minutes`;
    case "AuthorizationFailure":
      return `the network rules of storage account "${account}" do not let this host in, or its key may not be used`;
    case "AuthenticationFailed":
      return `the key or the identity is not one of storage account "${account}", or the clock of this host is wrong`;
    case "InvalidAuthenticationInfo":
      return `the identity belongs to another tenant than storage account "${account}", or its token has expired`;
    case "KeyBasedAuthenticationNotPermitted":
      return `storage account "${account}" takes no keys: leave the key out of the configuration, and give this identity the role "${role}"`;
    default:
      return undefined;
  }
}

/** Services add lines with the request's id and time. */
function firstLine(error: unknown): string {
  const told = ((error ?? {}) as Told).details?.odataError?.message?.value;
  const text = typeof told === "string" ? told : messageOf(error);
  const [line = ""] = text.split("\n");
  return line.trim();
}
