import { messageOf } from "../../errors/stillpoint-error.ts";
import { aboutLine, type PartLine, WholeLine } from "../catalog-line.ts";
import { joinedLine } from "../cut-line.ts";
import { Gathering } from "./contents.ts";
import { type Coverage, coverageOf, type Span, spanWith } from "./coverage.ts";
import { logLine } from "./log-line.ts";
import type { Gathered } from "./read-export.ts";

export interface LogFile {
  readonly name: string;
  readonly lines: AsyncIterable<string>;
}

export interface GatheredLogs extends Gathered {
  /** Lines that tell of something else. */
  readonly ignored: number;
  readonly coverage: Coverage;
}

/** The catalog that logs tell of: the newest version of each record, whatever order the lines come in. */
export async function readLogs(files: readonly LogFile[]): Promise<GatheredLogs> {
  const gathering = new Gathering();
  const pieces = new Map<string, Map<number, PartLine>>();
  const problems: string[] = [];
  let ignored = 0;
  let logged: Span | undefined;
  for (const { name, lines } of files) {
    let number = 0;
    for await (const text of lines) {
      number++;
      const { line, atMs } = logLine(text);
      logged = spanWith(logged, atMs);
      if (line === undefined) ignored++;
      else if (typeof line === "string") problems.push(`line ${number} of "${name}" is damaged: ${line}`);
      else if (line.kind === "catalog-part") keepPiece(pieces, line);
      else gathering.add(line);
    }
  }
  for (const line of joined(pieces)) {
    if (typeof line === "string") problems.push(line);
    else gathering.add(line);
  }
  const { contents, problems: inside } = gathering.finish();
  return {
    contents,
    problems: [...problems, ...inside, ...lostJournals(contents)],
    ignored,
    coverage: coverageOf(contents.records, logged),
  };
}

function keepPiece(pieces: Map<string, Map<number, PartLine>>, piece: PartLine): void {
  const known = pieces.get(piece.line) ?? new Map<number, PartLine>();
  pieces.set(piece.line, known.set(piece.part, piece));
}

function* joined(pieces: ReadonlyMap<string, ReadonlyMap<number, PartLine>>): Generator<WholeLine | string> {
  for (const found of pieces.values()) {
    const parts = [...found.values()].sort((a, b) => a.part - b.part);
    const [first] = parts;
    if (first === undefined) continue;
    const missing = Array.from({ length: first.parts }, (_, part) => part).filter((part) => !found.has(part));
    if (missing.length > 0) {
      yield `a version of ${first.of} lacks part ${missing.map((part) => part + 1).join(", ")} of ${first.parts}`;
      continue;
    }
    yield whole(first, parts);
  }
}

function whole(first: PartLine, parts: readonly PartLine[]): WholeLine | string {
  try {
    const line = WholeLine.safeParse(joinedLine(parts));
    if (line.success && aboutLine(line.data) === first.of) return line.data;
    return `the parts of a version of ${first.of} are those of something else`;
  } catch (error) {
    return `the parts of a version of ${first.of} do not fit together: ${messageOf(error)}`;
  }
}

/** A restore that is done has a journal; one without has lost its lines. */
function lostJournals({ records, journals }: Gathered["contents"]): readonly string[] {
  return records
    .filter(({ collection, value }) => collection === "runs" && (value as { state: string }).state === "done")
    .filter(({ id }) => !journals.has(id))
    .map(({ id }) => `the journal of run "${id}", which is done, is missing`);
}
