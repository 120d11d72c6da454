import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from "yaml";
import type { SettingPath } from "./problem.ts";

/** Aliases may repeat a section for each deployment; a file of a few lines must not grow into gigabytes. */
const MOST_ALIASES = 100;

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface SyntaxProblem extends Place {
  readonly rule: string;
}

export interface YamlSource {
  readonly syntax: readonly SyntaxProblem[];
  /** The values; absent where the syntax leaves it open what they are. */
  readonly tree: { readonly value: unknown } | undefined;
  /** Where a setting stands, or else the nearest one around it that exists. */
  readonly placeOf: (path: SettingPath, about: "name" | "value") => Place | undefined;
}

export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const syntax: SyntaxProblem[] = [...document.errors, ...document.warnings].map(
    ({ code, message, pos }) => ({
      ...placeAt(pos[0]),
      rule:
        code === "DUPLICATE_KEY"
          ? `names "${/^[^\s:]+/.exec(text.slice(pos[0]))}" twice in one section`
          : `cannot be read as YAML: ${oneLine(message)}`,
    }),
  );
  const unambiguous = document.errors.every(({ code }) => code === "DUPLICATE_KEY");
  return {
    syntax,
    tree: unambiguous ? treeOf(document, syntax) : undefined,
    placeOf: (path, about) => {
      const offset = offsetOf(document, path, about);
      return offset === undefined ? undefined : placeAt(offset);
    },
  };
}

function treeOf(document: Document.Parsed, syntax: SyntaxProblem[]): { readonly value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }) };
  } catch (error) {
    syntax.push({ line: 1, column: 1, rule: `cannot be read as YAML: ${oneLine((error as Error).message)}` });
    return undefined;
  }
}

function oneLine(message: string): string {
  return message.replaceAll(/\s*\n\s*/g, " ");
}

function offsetOf(document: Document.Parsed, path: SettingPath, about: "name" | "value"): number | undefined {
  let node: unknown = document.contents;
  let name: unknown;
  for (const part of path) {
    const found = step(document, node, part);
    // Not there: the name of what should hold it is the best place.
    if (found === undefined) return startOf(name) ?? startOf(node);
    ({ name, node } = found);
  }
  return about === "name" ? (startOf(name) ?? startOf(node)) : (startOf(node) ?? startOf(name));
}

function step(document: Document.Parsed, from: unknown, part: string | number) {
  const node = resolved(document, from);
  if (isSeq(node)) return { name: undefined, node: node.items[Number(part)] };
  if (!isMap(node)) return undefined;
  const pair =
    node.items.findLast((item) => keyOf(item) === String(part)) ?? mergedPair(document, node.items, part);
  return pair && { name: pair.key, node: pair.value };
}

/** A setting that came in by `<<: *other`. */
function mergedPair(
  document: Document.Parsed,
  items: readonly Pair[],
  part: string | number,
): Pair | undefined {
  for (const item of items.filter((one) => keyOf(one) === "<<")) {
    const merged = resolved(document, item.value);
    const found = isMap(merged) ? merged.items.find((one) => keyOf(one) === String(part)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function resolved(document: Document.Parsed, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function keyOf({ key }: Pair): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === "symbol" ? key.value.description : String(key.value);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
