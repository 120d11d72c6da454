import { Refusal } from "../refusal.ts";

export interface Token {
  readonly kind: "name" | "quoted" | "string" | "number" | "blob" | "uuid" | "marker" | "symbol" | "end";
  /** Names in lower case, unless they are quoted; strings without their quotes. */
  readonly text: string;
  readonly at: number;
}

const PATTERNS: readonly (readonly [Token["kind"] | "blank", RegExp])[] = [
  ["blank", /\s+|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//y],
  ["string", /'(?:[^']|'')*'/y],
  ["quoted", /"(?:[^"]|"")*"/y],
  ["uuid", /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/iy],
  ["blob", /0x[0-9a-f]*/iy],
  ["number", /-?\d+(?:\.\d*)?(?:e[+-]?\d+)?/iy],
  ["name", /[a-z]\w*/iy],
  ["marker", /\?|:[a-z]\w*/iy],
  ["symbol", /!=|<=|>=|[(){}[\],.:;*=<>+-]/y],
];

export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const [kind, found] = tokenAt(text, at);
    if (kind !== "blank") tokens.push({ kind, text: meaning(kind, found), at });
    at += found.length;
  }
  return [...tokens, { kind: "end", text: "<EOF>", at }];
}

function tokenAt(text: string, at: number): readonly [Token["kind"] | "blank", string] {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return [kind, found];
  }
  throw new Refusal("syntax", `line 1:${at} no viable alternative at character '${text[at]}'`);
}

function meaning(kind: Token["kind"], found: string): string {
  if (kind === "name") return found.toLowerCase();
  if (kind === "string") return found.slice(1, -1).replaceAll("''", "'");
  return kind === "quoted" ? found.slice(1, -1).replaceAll('""', '"') : found;
}
