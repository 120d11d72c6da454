import { seededFraction } from "./cut.ts";
import { refuse } from "./refusal.ts";

export type Throttling =
  /** The first calls are refused. */
  | { readonly kind: "first"; readonly calls: number }
  /** This share of the calls, drawn by the seed. */
  | { readonly kind: "share"; readonly share: number };

/** Calls that count against the account's rate of control plane requests. */
const CONTROL_PLANE_WRITES: readonly string[] = [
  "CreateTable",
  "UpdateTable",
  "DeleteTable",
  "UpdateContinuousBackups",
  "UpdateTimeToLive",
  "TagResource",
  "UntagResource",
  "CreateBackup",
  "DeleteBackup",
  "ListBackups",
  "DescribeBackup",
  "RestoreTableToPointInTime",
  "RestoreTableFromBackup",
];

/** What real clients meet beside what they asked for: missing permissions, throttling, lost answers. */
export class Faults {
  readonly #seed: string;
  #denied: ReadonlySet<string>;
  #throttling: Throttling | undefined;
  #controlPlaneCalls = 0;
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

  throttle(throttling: Throttling | undefined): void {
    this.#throttling = throttling;
    this.#controlPlaneCalls = 0;
  }

  /** The next calls of an operation are carried out, but their connection is cut instead of an answer. */
  loseAnswers(operation: string, calls: number): void {
    this.#answersToLose.set(operation, calls);
  }

  check(operation: string): void {
    if (this.#denied.has(operation))
      refuse("AccessDeniedException", `User: rehearsal is not authorized to perform: ${operation}`);
    if (CONTROL_PLANE_WRITES.includes(operation) && this.#throttles())
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
