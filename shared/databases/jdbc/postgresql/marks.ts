/**
 * A restored database says in its comment which run made it: the only sign by which one is ever removed. It stays
 * when the database gets its original's name, where it tells a later look what has happened.
 */
const MARK = "Stillpoint: made by ";
const MARK_LINE = /(?:^|\n)Stillpoint: made by (\S+)$/;

/** The comment of the original, with the mark as its last line. */
export function markedComment(run: string, comment?: string): string {
  return comment === undefined ? `${MARK}${run}` : `${comment}\n${MARK}${run}`;
}

/** The run that made it, by its comment. */
export function runOfMark(comment: string | null | undefined): string | undefined {
  return MARK_LINE.exec(comment ?? "")?.[1];
}

export function withoutMark(comment: string | null | undefined): string | undefined {
  const rest = comment?.replace(MARK_LINE, "");
  return rest === "" ? undefined : rest;
}
