import { isUnreachable } from "../../aws/sdk-error.ts";
import { describeCause } from "../../errors/describe-cause.ts";
import { nameOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { ErrorCode } from "../../errors/table.ts";

const DENIED =
  /^(AccessDenied|AllAccessDisabled|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|CredentialsProviderError)$/;
const ELSEWHERE = /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/;

/** Tells what was attempted and what the service said. Buckets are only read, so that nothing was changed. */
export async function attempt<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const told = `cannot ${action}: ${describeCause(error)}; nothing was changed`;
    throw new StillpointError(codeFor(error), told, { cause: error });
  }
}

function codeFor(error: unknown): ErrorCode {
  if (isDenied(error)) return "DATABASE_DENIED";
  return isUnreachable(error) ? "DATABASE_UNREACHABLE" : "DATABASE_REFUSED";
}

export function isDenied(error: unknown): boolean {
  return DENIED.test(nameOf(error));
}

export function isAbsent(error: unknown): boolean {
  return /^(NoSuchKey|NotFound)$/.test(nameOf(error));
}

export function isWithoutBucket(error: unknown): boolean {
  return nameOf(error) === "NoSuchBucket";
}

/** Whether the bucket is in another region, and in which one where the service says so. */
export function elsewhere(error: unknown): { readonly region: string | undefined } | undefined {
  if (!ELSEWHERE.test(nameOf(error))) return undefined;
  const { $response, Region } = error as {
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
    readonly Region?: string;
  };
  return { region: $response?.headers?.["x-amz-bucket-region"] ?? Region };
}
