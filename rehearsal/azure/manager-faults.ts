import { refuseByManager } from "./refusal.ts";

/** What any client of Azure Resource Manager meets beside what it asked for. */
export class ManagerFaults {
  #denied: ReadonlySet<string> = new Set();
  #throttled = 0;
  /** Names that others have: they are names of hosts all over the world. */
  readonly takenNames = new Set<string>();
  readonly #answersToLose = new Map<string, number>();

  /** From now on the listed actions are refused for lack of permission, and no others. */
  deny(actions: readonly string[]): void {
    this.#denied = new Set(actions.map((action) => action.toLowerCase()));
  }

  /** The next calls of the management plane are refused because there were too many. */
  throttle(calls: number): void {
    this.#throttled = calls;
  }

  /** The next calls that need an action are carried out, but their connection is cut instead of an answer. */
  loseAnswers(action: string, calls: number): void {
    this.#answersToLose.set(action.toLowerCase(), calls);
  }

  check(action: string, scope: string, principal: string): void {
    if (this.#throttled-- > 0)
      refuseByManager(
        429,
        "TooManyRequests",
        "The request is being throttled as the limit has been reached. Please try again after some time",
      );
    this.checkPermission(action, scope, principal);
  }

  checkPermission(action: string, scope: string, principal: string): void {
    if (this.#denied.has(action.toLowerCase()))
      refuseByManager(
        403,
        "AuthorizationFailed",
        `The client '${principal}' with object id '${principal}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
      );
  }

  losesAnswer(action: string): boolean {
    const calls = this.#answersToLose.get(action.toLowerCase()) ?? 0;
    this.#answersToLose.set(action.toLowerCase(), calls - 1);
    return calls > 0;
  }
}
