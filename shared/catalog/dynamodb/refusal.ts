import { statusOf, systemCode } from "../../aws/sdk-error.ts";
import { isRefusal, isUnanswered } from "../../databases/dynamodb/refusal.ts";

/** Refused for want of room or because of somebody else's transaction: a moment later it may do. */
const BUSY = [
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "TransactionConflictException",
  "TransactionInProgressException",
];
const BUSY_REASONS = [
  "TransactionConflict",
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
  "AccelerationError",
];

/** The connection was never there. */
const UNSENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"];

/** Whether the same request may succeed a moment later. */
export function passes(error: unknown): boolean {
  return isRefusal(error, ...BUSY) || isSilent(error) || isBusyTransaction(error);
}

function isBusyTransaction(error: unknown): boolean {
  const reasons = reasonsOf(error);
  return reasons.some((code) => BUSY_REASONS.includes(code)) && !reasons.includes("ConditionalCheckFailed");
}

/** No answer came, or one that says no more than that the service failed. */
function isSilent(error: unknown): boolean {
  return isUnanswered(error) || statusOf(error) >= 500;
}

/** Whether nobody knows what became of the request. */
export function mayHaveBeenCarriedOut(error: unknown): boolean {
  return isSilent(error) && !UNSENT.includes(systemCode(error));
}

/** Whether a condition did not hold, in a write by itself or in a transaction. */
export function isConditionFailed(error: unknown): boolean {
  return (
    isRefusal(error, "ConditionalCheckFailedException") || reasonsOf(error).includes("ConditionalCheckFailed")
  );
}

function reasonsOf(error: unknown): readonly string[] {
  if (!isRefusal(error, "TransactionCanceledException")) return [];
  const { CancellationReasons = [] } = error as { CancellationReasons?: readonly { Code?: string }[] };
  return CancellationReasons.map(({ Code = "None" }) => Code);
}

/** Whatever the SDK, the network and the credentials have to say. Anything else is a defect and stays one. */
export function isFromService(error: unknown): boolean {
  return statusOf(error) > 0 || isSilent(error) || isRefusal(error, ...NO_CREDENTIALS);
}

const NO_CREDENTIALS = ["CredentialsProviderError", "TokenProviderError"];

export function describe(error: unknown): string {
  if (isRefusal(error, ...NO_CREDENTIALS))
    return "no AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the catalog's profile";
  if (isRefusal(error, "ResourceNotFoundException"))
    return (
      "there is no such table: check the catalog's table, region and endpoint in the configuration, " +
      'or create the table with "stillpoint catalog create", as no deployment does'
    );
  if (isRefusal(error, "ExpiredTokenException", "ExpiredToken"))
    return "the AWS credentials have expired: renew them (aws sso login, or a new session token)";
  const { name, message } = error as Error;
  return [name, systemCode(error), message].filter((part) => part !== "" && part !== "Error").join(": ");
}
