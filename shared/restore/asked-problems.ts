/** Which second somebody asks for, before anything is known of it. */
export interface AskedSecond {
  readonly point?: string | undefined;
  readonly at?: string | undefined;
  readonly settle?: boolean | undefined;
  readonly nearest?: string | undefined;
  readonly after?: boolean | undefined;
  readonly acceptObserved?: boolean | undefined;
}

/** The newest second that there is, where nobody knows it yet. */
export const LATEST = "latest";

/** What makes no sense together, all of it at once; `called`: how whoever asks names it. */
export function askedProblems(
  { point, at, settle = false, nearest, after = false, acceptObserved = false }: AskedSecond,
  called: (what: keyof AskedSecond) => string,
): readonly string[] {
  const seconds = [point, at, nearest].filter((one) => one !== undefined).length;
  const unpaused = settle ? called("settle") : called("nearest");
  const problems: readonly (string | false)[] = [
    seconds !== 1 && `exactly one of ${called("point")}, ${called("at")} and ${called("nearest")} is needed`,
    settle && at === undefined && `${called("settle")} goes with ${called("at")} only`,
    at === LATEST &&
      !settle &&
      `${called("at")} takes "${LATEST}" with ${called("settle")} only: the last restore point is that before the present time`,
    after && nearest === undefined && `${called("after")} goes with ${called("nearest")} only`,
    after &&
      nearest === LATEST &&
      `${called("after")} makes no sense with "${LATEST}": nothing comes after that`,
    acceptObserved &&
      (settle || nearest !== undefined) &&
      `${called("acceptObserved")} is for a pause that was only watched, and ${unpaused} rests on none`,
  ];
  return problems.filter((problem) => problem !== false);
}
