type Value = unknown;
type Row = Readonly<Record<string, Value>>;

/** The tables of the workspace, as far as the alerts ask them. */
export type Tables = Readonly<Record<"AppTraces" | "AppRequests", readonly Row[]>>;

/** What a query of the alerts answers, in the part of Kusto's language that they use. Anything else is an error. */
export function answerOf(query: string, tables: Tables): number {
  const [table = "", ...steps] = query.split("\n");
  let rows = tables[table as keyof Tables];
  for (const step of steps) rows = after(step.replace(/^\| /, ""), rows);
  if (rows.length !== 1) throw new Error(`the query has ${rows.length} rows, and not one: ${query}`);
  return rows[0]?.["measured"] as number;
}

function after(step: string, rows: readonly Row[]): readonly Row[] {
  const [, operator, rest = ""] = /^(\w+) (.*)$/.exec(step) ?? [];
  switch (operator) {
    case "where":
      return rows.filter((row) => isTrue(rest, row));
    case "extend":
      return rows.map((row) => ({ ...row, ...assigned(rest, (text) => valueIn(text, row)) }));
    case "project":
      return rows.map((row) => assigned(rest, (text) => valueIn(text, row)));
    case "summarize":
      return [assigned(rest, (text) => summed(text, rows))];
    default:
      throw new Error(`"${step}" is not known here`);
  }
}

/** `a = x, b = y`, where no value has a comma outside of parentheses. */
function assigned(text: string, value: (text: string) => Value): Row {
  const parts = text.split(/, (?=\w+ = )/);
  return Object.fromEntries(
    parts.map((part) => {
      const [, name = "", expression = ""] = /^(\w+) = (.*)$/.exec(part) ?? [];
      return [name, value(expression)];
    }),
  );
}

function summed(text: string, rows: readonly Row[]): Value {
  const [, inner, otherwise] = /^coalesce\((.*), (0\.0)\)$/.exec(text) ?? [];
  if (inner !== undefined) return summed(inner, rows) ?? Number(otherwise);
  if (text === "count()") return rows.length;
  const [, how, column = ""] = /^(sum|max)\((\w+)\)$/.exec(text) ?? [];
  const values = rows.map((row) => row[column] as number);
  // As the service has it: the sum or the most of nothing is null.
  if (values.length === 0) return null;
  if (how === "sum") return values.reduce((total, value) => total + value, 0);
  if (how === "max") return Math.max(...values);
  throw new Error(`"${text}" is not known here`);
}

function isTrue(text: string, row: Row): boolean {
  if (text.includes(" or ")) return text.split(" or ").some((one) => isTrue(one, row));
  if (text.includes(" and ")) return text.split(" and ").every((one) => isTrue(one, row));
  const [, empty] = /^isempty\((.*)\)$/.exec(text) ?? [];
  if (empty !== undefined) return (valueIn(empty, row) ?? "") === "";
  const [, left = "", operator = "", right = ""] = /^(.+?) (==|=~|>=|has) (.+)$/.exec(text) ?? [];
  const [a, b] = [valueIn(left, row), valueIn(right, row)];
  switch (operator) {
    case "==":
      return a === b;
    case "=~":
      return String(a).toLowerCase() === String(b).toLowerCase();
    case ">=":
      return a !== null && Number(a) >= Number(b);
    case "has":
      return new RegExp(`(?<![A-Za-z0-9])${b}(?![A-Za-z0-9])`, "i").test(String(a));
    default:
      throw new Error(`"${text}" is not known here`);
  }
}

function valueIn(text: string, row: Row): Value {
  const [, condition, yes = "", no = ""] = /^iff\((.+), (\w+), (\w+)\)$/.exec(text) ?? [];
  if (condition !== undefined) return valueIn(isTrue(condition, row) ? yes : no, row);
  const [, convert, inner = ""] = /^(tostring|todouble|toint|parse_json)\((.+)\)$/.exec(text) ?? [];
  if (convert !== undefined) return converted(convert, valueIn(inner, row));
  if (/^".*"$/.test(text)) return text.slice(1, -1);
  if (/^[\d.]+$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  const [column = "", ...below] = text.split(".");
  if (!Object.hasOwn(row, column)) throw new Error(`there is no column "${column}"`);
  return below.reduce<Value>((value, name) => (value as Row | null)?.[name] ?? null, row[column]);
}

function converted(how: string, value: Value): Value {
  if (how === "parse_json") return parsed(String(value));
  if (how === "tostring") return value === null ? "" : String(value);
  const number = value === "" || value === null ? Number.NaN : Number(value);
  return Number.isNaN(number) ? null : number;
}

/** What is no JSON has no fields. */
function parsed(text: string): Value {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
