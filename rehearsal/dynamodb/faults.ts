import { seededFraction } from "./cut.ts";
import { refuse } from "./refusal.ts";

export type Throttling =
  /** The first calls are refused. */
  | { readonly kind: "first"; readonly calls: number }
  /** This share of the calls, drawn by the seed. */
  | { readonly kind: "share"; readonly share: number };

/** Calls that count against the account's rate of control plane requests. */
const CONTROL_PLANE: readonly string[] = [
  "CreateTable",
  "UpdateTable",
  "DeleteTable",
  "UpdateContinuousBackups",
  "DescribeContinuousBackups",
  "UpdateTimeToLive",
  "TagResource",
  "UntagResource",
  "CreateBackup",
  "DeleteBackup",
  "ListBackups",
  "DescribeBackup",
  "RestoreTableToPointInTime",
  "RestoreTableFromBackup",
  "PutResourcePolicy",
  "UpdateContributorInsights",
  "EnableKinesisStreamingDestination",
];

/** As policies name the actions. */
const ACTION_PREFIXES: { readonly [service: string]: string } = {
  DynamoDB_20120810: "dynamodb",
  AnyScaleFrontendService: "application-autoscaling",
  GraniteServiceVersion20100801: "cloudwatch",
  AWSLambda: "lambda",
};

/** What real clients meet beside what they asked for: missing permissions, throttling, lost answers. */
export class Faults {
  readonly #seed: string;
  #denied: ReadonlySet<string>;
  #throttling: Throttling | undefined;
  #controlPlaneCalls = 0;
  #expired = false;
  readonly #answersToLose = new Map<string, number>();

  constructor(seed: string, denied: readonly string[], throttling: Throttling | undefined) {
    this.#seed = seed;
    this.#denied = new Set(denied);
    this.#throttling = throttling;
  }

  /** From now on the listed operations are refused for lack of permission, and no others. */
  deny(operations: readonly string[]): void {
    this.#denied = new Set(operations);
  }

  /** As when a session has come to its end: every call is refused, whatever it is allowed otherwise. */
  expireCredentials(expired: boolean): void {
    this.#expired = expired;
  }

  throttle(throttling: Throttling | undefined): void {
    this.#throttling = throttling;
    this.#controlPlaneCalls = 0;
  }

  /** The next calls of an operation are carried out, but their connection is cut instead of an answer. */
  loseAnswers(operation: string, calls: number): void {
    this.#answersToLose.set(operation, calls);
  }

  check(service: string, operation: string): void {
    const action = `${ACTION_PREFIXES[service] ?? service}:${operation}`;
    if (this.#expired)
      refuse("ExpiredTokenException", "The security token included in the request is expired");
    if (this.#denied.has(operation))
      refuse(
        "AccessDeniedException",
        `User: arn:aws:iam::000000000000:user/rehearsal is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
      );
    if (CONTROL_PLANE.includes(operation) && this.#throttles())
      refuse("ThrottlingException", "The rate of control plane requests made by this account is too high");
  }

  losesAnswer(operation: string): boolean {
    const calls = this.#answersToLose.get(operation) ?? 0;
    this.#answersToLose.set(operation, calls - 1);
    return calls > 0;
  }

  #throttles(): boolean {
    const call = this.#controlPlaneCalls++;
    if (this.#throttling?.kind === "first") return call < this.#throttling.calls;
    return (
      this.#throttling?.kind === "share" &&
      seededFraction(this.#seed, "throttle", call) < this.#throttling.share
    );
  }
}
