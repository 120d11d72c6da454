import { isUnreachable, NO_CREDENTIALS, systemCode } from "../../aws/sdk-error.ts";
import { nameOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { ErrorCode } from "../../errors/table.ts";

const DENIED =
  /^(AccessDenied(Exception)?|UnrecognizedClientException|ExpiredToken(Exception)?|InvalidSignatureException|CredentialsProviderError|MissingAuthenticationTokenException|OptInRequired)$/;

/** Whether an SDK error is the service's refusal of that name. */
export function isRefusal(error: unknown, ...names: readonly string[]): boolean {
  return names.includes(nameOf(error));
}

/** Whether no answer came, so that nobody knows whether the call was carried out. */
export function isUnanswered(error: unknown): boolean {
  return isUnreachable(error);
}

/** Tells what was attempted, on what, and what the service said. */
export async function attempt<T>(action: string, subject: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof StillpointError) throw error;
    throw new StillpointError(codeFor(error), `cannot ${action} "${subject}": ${describe(error)}`, {
      cause: error,
    });
  }
}

function codeFor(error: unknown): ErrorCode {
  if (DENIED.test(nameOf(error))) return "DATABASE_DENIED";
  if (isUnanswered(error)) return "DATABASE_UNREACHABLE";
  return "DATABASE_REFUSED";
}

const NO_TABLE = "there is no such table: check region, endpoint, prefix and namespaces in the configuration";

function describe(error: unknown): string {
  if (nameOf(error) === "CredentialsProviderError") return NO_CREDENTIALS;
  if (nameOf(error) === "ResourceNotFoundException") return NO_TABLE;
  const message = error instanceof Error ? error.message : String(error);
  return [nameOf(error), systemCode(error), message]
    .filter((part) => part !== "" && part !== "Error")
    .join(": ");
}
