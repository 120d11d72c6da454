import type * as z from "zod";
import { type Failure, StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { adviceOn, type Circumstances, type Failed, typeable } from "./failure.ts";
import type { Shell } from "./shell.ts";

/** What a command comes to. A failure beside a value: the command did its work, and what it found is bad news. */
export interface Outcome<T extends object = object> {
  /** What `--json` prints; only what passes the schema is printed. */
  readonly schema: z.ZodType;
  readonly value: T;
  readonly lines: readonly string[];
  readonly failure?: Failure;
  readonly about?: Circumstances;
}

/** A line that is there to be typed. */
const COMMAND = /^ *stillpoint [a-z]/;

/** Prints an outcome and answers the exit status. */
export function conclude(shell: Shell, { schema, value, lines, failure, about }: Outcome): number {
  const failed = failure && adviceOn(failure, { ...about, ...configOf(shell) });
  if (shell.json) shell.print(`${checkedJson(schema, { ...value, ...(failed && { error: failed }) })}\n`);
  else {
    for (const line of lines) shell.say(COMMAND.test(line) ? typeable(line, configOf(shell)) : line);
    if (failed) tellFailure(shell, failed);
  }
  return failed?.exit ?? 0;
}

/** Prints a failure that left nothing else to print, and answers the exit status. */
export function concludeFailure(shell: Shell, failure: Failure, about: Circumstances = {}): number {
  const error = adviceOn(failure, { ...about, ...configOf(shell) });
  if (shell.json) shell.print(`${JSON.stringify({ error }, undefined, 2)}\n`);
  else tellFailure(shell, error);
  return error.exit;
}

function tellFailure(shell: Shell, { code, message, meaning, next }: Failed): void {
  shell.warn(`error ${code}: ${message}`);
  shell.warn(`  meaning  ${meaning}`);
  shell.warn(`  next     ${next}`);
}

function configOf({ config }: Shell): Pick<Circumstances, "config"> {
  return config === undefined ? {} : { config };
}

/** Checked is the text itself, read back: what is not in the schema does not get out. */
function checkedJson(schema: z.ZodType, value: object): string {
  const text = JSON.stringify(value, undefined, 2);
  const parsed = schema.safeParse(JSON.parse(text));
  if (parsed.success) return text;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new StillpointError(
    "INTERNAL",
    `the result does not have the form that --json promises: ${problems.join("; ")}; the command itself has ended`,
  );
}
