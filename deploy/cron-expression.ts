import { cronFields } from "../shared/config/cron.ts";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";

const ALL = { minutes: 60, hours: 24, monthDays: 31, months: 12, weekDays: 7 } as const;
/** Two neighbours are no shorter as a range. */
const SHORTEST_RANGE = 3;

/**
 * A cron expression of five fields as EventBridge takes it: with a year, one of the two fields of days a `?`, and the
 * days of the week from 1, Sunday, to 7. Steps are written out, since what EventBridge makes of them in a range is
 * nowhere said.
 */
export function eventBridgeCron(cron: string): string {
  const fields = cronFields(cron);
  if (typeof fields === "string")
    throw new StillpointError("CONFIG_INVALID", `the schedule "${cron}" ${fields}; nothing was deployed`);
  const [minutes, hours, monthDays, months, weekDays] = fields;
  const days = listed(
    weekDays.map((day) => (day % 7) + 1),
    ALL.weekDays,
  );
  const [monthDay, weekDay] = days === "*" ? [listed(monthDays, ALL.monthDays), "?"] : ["?", days];
  const month = listed(months, ALL.months);
  return `cron(${listed(minutes, ALL.minutes)} ${listed(hours, ALL.hours)} ${monthDay} ${month} ${weekDay} *)`;
}

function listed(values: readonly number[], all: number): string {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  return sorted.length === all ? "*" : runsOf(sorted).map(shown).join(",");
}

/** Values that follow one another, together. */
function runsOf(sorted: readonly number[]): readonly (readonly number[])[] {
  const runs: number[][] = [];
  for (const value of sorted) {
    const run = runs.at(-1);
    if (run?.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  return runs;
}

function shown(run: readonly number[]): string {
  return run.length < SHORTEST_RANGE ? run.join(",") : `${run[0]}-${run.at(-1)}`;
}
