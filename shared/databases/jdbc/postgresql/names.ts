import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import type { Names } from "../server.ts";

/** PostgreSQL cuts longer ones off silently. */
const MOST_BYTES = 63;
const TAIL = 8;

/** Beside the original while it is restored, and what the original is called once it was replaced. */
export function namesOfRun(
  { database = "" }: Pick<CapturedJdbc, "database">,
  run: string,
): { readonly targets: Names; readonly kept: Names } {
  const tail = run.slice(-TAIL);
  return {
    targets: { [database]: withTail(database, `_${tail}`) },
    kept: { [database]: withTail(database, `_before_${tail}`) },
  };
}

function withTail(name: string, tail: string): string {
  let head = name;
  while (Buffer.byteLength(head + tail) > MOST_BYTES) head = [...head].slice(0, -1).join("");
  return head + tail;
}

/** A dump of PostgreSQL is of one database: its original name, and what it is called now. */
export function onlyOne(names: Names): readonly [original: string, actual: string] {
  return Object.entries(names)[0] ?? ["", ""];
}
