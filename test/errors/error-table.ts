import { ERRORS } from "../../shared/errors/table.ts";

export const BEGIN = "<!-- errors -->";
export const END = "<!-- /errors -->";

/** The table of errors as README.md carries it, between `<!-- errors -->` and `<!-- /errors -->`. */
export function renderErrorTable(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { exit, meaning, next }]) =>
      `| \`${code}\` | ${exit} | ${meaning} | ${next.replace(COMMAND, "`$&`")} |`,
  );
  return ["| code | exit status | what it means | what to do next |", "|---|---|---|---|", ...rows].join(
    "\n",
  );
}

/** A command ends with the sentence's punctuation, or with the row. */
const COMMAND = /(?:stillpoint|npm) [^;,()]*[^;,()\s]/g;
