/** How long an SDK's client waits for a service, as its `requestHandler` takes it. */
export interface RequestLimits {
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly throwOnRequestTimeout: true;
  readonly socketTimeout: number;
}

/**
 * The request's limit covers what comes before an answer, and only warns unless told to throw; the socket's covers the
 * answer's body.
 */
export function requestLimits(connectMs: number, answerMs: number): RequestLimits {
  return {
    connectionTimeout: connectMs,
    requestTimeout: answerMs,
    throwOnRequestTimeout: true,
    socketTimeout: answerMs,
  };
}
