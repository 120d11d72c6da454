import { refuse } from "./refusal.ts";

/** What real clients meet beside what they asked for: missing permissions, throttling, lost answers. */
export class Faults {
  #denied: ReadonlySet<string> = new Set();
  #throttled = 0;
  readonly #answersToLose = new Map<string, number>();
  readonly #refusedValues = new Map<string, string>();
  readonly #ignored = new Set<string>();

  /** From now on the listed actions are refused for lack of permission, and no others. */
  deny(actions: readonly string[]): void {
    this.#denied = new Set(actions);
  }

  /** The next calls are refused for their rate. */
  throttle(calls: number): void {
    this.#throttled = calls;
  }

  /** The next calls of an action are carried out, but their connection is cut instead of an answer. */
  loseAnswers(action: string, calls: number): void {
    this.#answersToLose.set(action, calls);
  }

  /** A change with this parameter is refused for good, as where a class or an edition does not have it. */
  refuseParameter(name: string, why: string): void {
    this.#refusedValues.set(name, why);
  }

  /** A change of this parameter is taken, and nothing comes of it. */
  ignoreParameter(name: string): void {
    this.#ignored.add(name);
  }

  heeded<T extends object>(input: T): T {
    return Object.fromEntries(Object.entries(input).filter(([name]) => !this.#ignored.has(name))) as T;
  }

  check(action: string): void {
    if (this.#denied.has(action))
      refuse(
        "AccessDenied",
        `User: arn:aws:iam::000000000000:user/rehearsal is not authorized to perform: rds:${action}`,
        403,
      );
    if (this.#throttled-- > 0) refuse("Throttling", "Rate exceeded");
  }

  checkParameters(input: object): void {
    for (const name of Object.keys(input)) {
      const why = this.#refusedValues.get(name);
      if (why !== undefined) refuse("InvalidParameterCombination", why);
    }
  }

  losesAnswer(action: string): boolean {
    const calls = this.#answersToLose.get(action) ?? 0;
    this.#answersToLose.set(action, calls - 1);
    return calls > 0;
  }
}
