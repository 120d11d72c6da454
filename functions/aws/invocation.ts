/** As much of Lambda's context as the functions use. */
export interface Invocation {
  readonly functionName: string;
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}
