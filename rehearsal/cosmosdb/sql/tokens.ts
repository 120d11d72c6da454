import { refuse } from ".././refusal.ts";

/** A piece of a query's text. */
export interface Token {
  readonly kind: "word" | "text" | "number" | "parameter" | "sign" | "end";
  readonly text: string;
  /** Where it begins and ends in the query. */
  readonly from: number;
  readonly to: number;
}

const PATTERNS: readonly (readonly [Token["kind"], RegExp])[] = [
  ["word", /[A-Za-z_]\w*/y],
  ["parameter", /@\w+/y],
  ["number", /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ["text", /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.|'')*'/y],
  ["sign", /<>|!=|<=|>=|[=<>()[\]{}.,:*]/y],
];

export function tokenize(query: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let from = 0; from < query.length; ) {
    const space = /\s+/y;
    space.lastIndex = from;
    if (space.test(query)) {
      from = space.lastIndex;
      continue;
    }
    const token = tokenAt(query, from) ?? syntaxError(query, from);
    tokens.push(token);
    from = token.to;
  }
  return [...tokens, { kind: "end", text: "", from: query.length, to: query.length }];
}

function tokenAt(query: string, from: number): Token | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = from;
    const text = pattern.exec(query)?.[0];
    if (text !== undefined) return { kind, text, from, to: from + text.length };
  }
  return undefined;
}

/** What a quoted text means; both kinds of quotes, with either way to escape them. */
export function unquote(text: string): string {
  const inner = text.slice(1, -1);
  return inner.replace(/\\(u[0-9a-fA-F]{4}|.)|''/g, (_, code: string | undefined) => {
    if (code === undefined) return "'";
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return ESCAPES[code] ?? code;
  });
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

export function syntaxError(query: string, from: number): never {
  const near = query.slice(from).split(/\s/)[0] ?? "";
  const errors = [
    {
      severity: "Error",
      location: { start: from, end: from + near.length },
      code: "SC1001",
      message: `Syntax error, incorrect syntax near '${near}'.`,
    },
  ];
  return refuse(400, "BadRequest", `Message: ${JSON.stringify({ errors })}`);
}
