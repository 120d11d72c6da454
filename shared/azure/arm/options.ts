import type { ClientOptions } from "@azure-rest/core-client";

export const PUBLIC_ARM = "https://management.azure.com";
/** The audience of its tokens, whatever its address. */
const SCOPES = [`${PUBLIC_ARM}/.default`];

/** Azure Resource Manager throttles; the SDK waits as long as it is told between its attempts. */
const MOST_REPETITIONS = 5;
const MOST_WAIT_MS = 8_000;
/** One attempt, and a call with all its repetitions: what the service tells to wait may be an hour. */
const ATTEMPT_LIMIT_MS = 20_000;
const CALL_LIMIT_MS = 90_000;

export function armOptions(repeats: "patient" | "once"): ClientOptions {
  const maxRetries = repeats === "patient" ? MOST_REPETITIONS : 0;
  return {
    credentials: { scopes: SCOPES },
    retryOptions: { maxRetries, maxRetryDelayInMs: MOST_WAIT_MS },
    additionalPolicies: [
      { policy: boundPolicy, position: "perCall" },
      { policy: throttlePolicy, position: "perRetry" },
    ],
  };
}

type Policy = NonNullable<ClientOptions["additionalPolicies"]>[number]["policy"];

const boundPolicy: Policy = {
  name: "stillpointBound",
  sendRequest: (request, next) => {
    const limit = AbortSignal.timeout(CALL_LIMIT_MS);
    const given = request.abortSignal as AbortSignal | undefined;
    request.abortSignal = given ? AbortSignal.any([given, limit]) : limit;
    request.timeout ||= ATTEMPT_LIMIT_MS;
    return next(request);
  },
};

const THROTTLED = 429;
const WAIT_S = "2";

/** The SDK repeats a throttled call only where it is told when, which not every resource provider does. */
const throttlePolicy: Policy = {
  name: "stillpointThrottle",
  sendRequest: async (request, next) => {
    const answer = await next(request);
    if (answer.status === THROTTLED && !answer.headers.has("retry-after"))
      answer.headers.set("retry-after", WAIT_S);
    return answer;
  },
};
