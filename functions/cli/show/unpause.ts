import type { Unpaused } from "../../../shared/deployment/sweep-pauses.ts";
import { addressOf } from "../../../shared/pause/instance.ts";
import { gateText } from "./gate.ts";
import { sweptLines } from "./swept.ts";
import { fact, table } from "./text.ts";

/** What an operator's unpausing found and what it did, instance by instance. */
export function unpausedLines(deployment: string, unpaused: Unpaused): readonly string[] {
  const { found, now, records, problems } = unpaused;
  const warnings = problems.flatMap((problem) =>
    fact("WARNING", `instances may be missing here: ${problem}`),
  );
  if (found.length === 0)
    return [`${deployment}: no instances were found`, ...warnings, ...sweptLines(records)];
  const after = new Map(now.map((answer) => [addressOf(answer.instance), answer]));
  const rows = found.map((before) => {
    const address = addressOf(before.instance);
    const answer = after.get(address);
    return [address, gateText(before), answer ? gateText(answer) : "not asked"];
  });
  return [
    deployment,
    ...table(["  INSTANCE", "FOUND", "NOW"], indented(rows)),
    ...warnings,
    ...sweptLines(records),
  ];
}

function indented(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return rows.map(([first = "", ...others]) => [`  ${first}`, ...others]);
}
