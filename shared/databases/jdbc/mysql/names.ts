import { createHash } from "node:crypto";
import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import type { Names } from "../server.ts";

/** In characters, of whatever kind. */
const LONGEST = 64;
const RUN_DIGITS = 8;

export function targetsOf(
  { schemas }: Pick<CapturedJdbc, "schemas">,
  run: string,
): { readonly targets: Names; readonly kept: Names } {
  const tail = run.slice(-RUN_DIGITS);
  // Who asks for a restore may choose its id freely.
  const id = /^[0-9a-z]{8}$/.test(tail) ? tail : digits(run);
  const named = (end: string) => Object.fromEntries(schemas.map((schema) => [schema, withEnd(schema, end)]));
  return { targets: named(`_${id}`), kept: named(`_before_${id}`) };
}

/** What is too long is cut, and told apart by a hash of the whole. */
function withEnd(schema: string, end: string): string {
  if ([...schema].length + end.length <= LONGEST) return `${schema}${end}`;
  const hash = digits(schema);
  const room = LONGEST - end.length - hash.length - 1;
  return `${[...schema].slice(0, room).join("")}_${hash}${end}`;
}

function digits(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, RUN_DIGITS);
}
