interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Names that stand for numbers, beginning with `least`. */
  readonly names?: readonly string[];
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/** The longest that each month can be. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const FIELDS = [
  { name: "minute", least: 0, most: 59 },
  { name: "hour", least: 0, most: 23 },
  { name: "day of month", least: 1, most: 31 },
  { name: "month", least: 1, most: 12, names: MONTHS },
  // 7 is Sunday too.
  { name: "day of week", least: 0, most: 7, names: DAYS },
] as const satisfies readonly Field[];

/**
 * What is wrong with a cron expression of five fields, or nothing. Only what every scheduler understands alike is
 * accepted: no `L`, `W`, `#` or `?`, and not both fields of days, which some join with "and" and others with "or".
 */
export function cronProblem(text: string): string | undefined {
  const values = cronFields(text);
  if (typeof values === "string") return values;
  const words = text.trim().split(/\s+/);
  if (words[2] !== "*" && words[4] !== "*")
    return 'must leave day of month or day of week "*": schedulers do not agree on what both together mean';
  const [, , days, months] = values;
  return neverHappens(days, months) ? "names a day that none of its months has" : undefined;
}

/** The values of minute, hour, day of month, month and day of week. Sunday is 0, 7, or both. */
export type CronFields = readonly [Values, Values, Values, Values, Values];
type Values = readonly number[];

/** What the five fields allow, or what is wrong with one of them. */
export function cronFields(text: string): CronFields | string {
  const words = text.trim().split(/\s+/);
  if (words.length !== FIELDS.length)
    return `must have the five fields minute, hour, day of month, month and day of week, such as "0 3 * * *"`;
  const values: Values[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const found = valuesOf(words[index] as string, field);
    if (typeof found === "string") return found;
    values.push(found);
  }
  return values as unknown as CronFields;
}

function neverHappens(days: Values, months: Values): boolean {
  return months.every((month) => days.every((day) => day > (MONTH_DAYS[month - 1] as number)));
}

function valuesOf(word: string, field: Field): Values | string {
  const values: number[] = [];
  for (const part of word.split(",")) {
    const range = rangeOf(part, field);
    if (range === undefined)
      return `has "${part}" as its ${field.name}, which must be "*", a number from ${field.least} to ${field.most}, a range such as "${field.least}-${field.most}", or a step such as "*/5"`;
    for (let value = range.from; value <= range.to; value += range.step) values.push(value);
  }
  return values;
}

function rangeOf(part: string, field: Field) {
  const [, all, first, last, step] =
    /^(?:(\*)|([A-Za-z]+|\d+)(?:-([A-Za-z]+|\d+))?)(?:\/(\d+))?$/.exec(part) ?? [];
  if (all === undefined && first === undefined) return undefined;
  // "5/10" means "from 5 on" to some and "5" to others.
  if (step !== undefined && all === undefined && last === undefined) return undefined;
  const from = all ? field.least : numberOf(first as string, field);
  const to = all ? field.most : last === undefined ? from : numberOf(last, field);
  const by = step === undefined ? 1 : Number(step);
  const fits = from >= field.least && to <= field.most && from <= to && by >= 1 && by <= field.most;
  return fits ? { from, to, step: by } : undefined;
}

function numberOf(word: string, { names, least }: Field): number {
  if (/^\d+$/.test(word)) return Number(word);
  const index = names?.indexOf(word.toUpperCase()) ?? -1;
  return index < 0 ? Number.NaN : index + least;
}
