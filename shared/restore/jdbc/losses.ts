import { quoted } from "../../errors/quoted.ts";
import { isElsewhere, type JdbcPlan, keptOf, type PlannedDump, serverText } from "./plan.ts";

/** What a dump does not bring back, and what people must know of it. */
export function* losses({ dumps, mode }: JdbcPlan): Generator<string> {
  for (const dump of dumps) {
    if (isElsewhere(dump)) yield elsewhereText(dump);
    yield `The dump of "${dump.database}" carries no users and no passwords: they must be on the server already. What else it does not carry is put back, compared at the end, and told where it did not come back`;
    if (dump.server.engine === "postgresql") yield* ofPostgresql(dump, mode);
  }
}

function* ofPostgresql({ database, present, kept }: PlannedDump, mode: JdbcPlan["mode"]): Generator<string> {
  if (mode === "in-place" && keptOf({ present, kept }).length > 0)
    yield `Replication slots and subscriptions belong to the old database of "${database}" and go with it under its other name: whoever reads them must be pointed to the new one`;
}

function elsewhereText({ database, original, server, targets, present }: PlannedDump): string {
  const there =
    present.length === 0
      ? "where there is nothing under its names yet"
      : `where ${quoted(present.map(({ name }) => name))} is there already`;
  return `The dump of "${database}" was taken from ${serverText(original)}, and is restored to ${serverText(server)}, which the configuration names now, ${there}; ${serverText(original)} is not touched, and keeps its ${quoted(Object.keys(targets))}`;
}
