import * as z from "zod";
import { JournalLine, RecordLine } from "../catalog-line.ts";
import { type Contents, Gathering } from "./contents.ts";
import { EXPORT_SCHEMA, type FirstLine, type LastLine } from "./export-lines.ts";

const count = z.number().int().min(0);
const First = z.strictObject({
  kind: z.literal("catalog-export"),
  schema: z.literal(EXPORT_SCHEMA),
}) satisfies z.ZodType<FirstLine>;
const Last = z.strictObject({
  kind: z.literal("catalog-export-end"),
  records: count,
  entries: count,
}) satisfies z.ZodType<LastLine>;
const Line = z.discriminatedUnion("kind", [First, RecordLine, JournalLine, Last]);

export interface Gathered {
  readonly contents: Contents;
  readonly problems: readonly string[];
}

/** What `stillpoint catalog export` wrote, with everything that is wrong with it. */
export async function readExport(lines: AsyncIterable<string>): Promise<Gathered> {
  const gathering = new Gathering();
  const problems: string[] = [];
  const found = { records: 0, entries: 0 };
  let number = 0;
  let last: LastLine | undefined;
  for await (const text of lines) {
    number++;
    const line = parsed(text);
    if (typeof line === "string") {
      problems.push(`line ${number} ${line}`);
      continue;
    }
    if ((number === 1) !== (line.kind === "catalog-export"))
      problems.push(`line ${number} is ${number === 1 ? "not " : ""}the beginning of an exported catalog`);
    if (last !== undefined) problems.push(`line ${number} comes after the end`);
    else if (line.kind === "catalog-export-end") last = line;
    else if (line.kind !== "catalog-export") {
      found[line.kind === "catalog-record" ? "records" : "entries"]++;
      gathering.add(line);
    }
  }
  const { contents, problems: inside } = gathering.finish();
  return { contents, problems: [...problems, ...endProblems(last, found), ...inside] };
}

function endProblems(
  last: LastLine | undefined,
  found: { records: number; entries: number },
): readonly string[] {
  if (last === undefined) return ["the end is missing: the file was cut"];
  if (last.records === found.records && last.entries === found.entries) return [];
  return [
    `it has ${found.records} records and ${found.entries} journal entries, and should have ` +
      `${last.records} and ${last.entries}`,
  ];
}

function parsed(text: string): z.output<typeof Line> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "is no JSON";
  }
  const line = Line.safeParse(value);
  if (line.success) return line.data;
  return `is no line of an exported catalog: ${line.error.issues
    .map(({ path, message }) => `${path.join(".") || "the line"}: ${message}`)
    .join("; ")}`;
}
