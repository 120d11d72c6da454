/** An expression of ARM's template language, as far as the templates here use it. */
export type Expression =
  | { readonly kind: "literal"; readonly value: string | number }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "property"; readonly of: Expression; readonly name: string }
  | { readonly kind: "index"; readonly of: Expression; readonly at: Expression };

const TOKEN = /\s*(?:'((?:[^']|'')*)'|(\d+)|([A-Za-z_][A-Za-z0-9_]*)|([()[\],.]))/y;

interface Token {
  readonly kind: "text" | "number" | "name" | "mark";
  readonly text: string;
}

/** The expression in a text such as `[parameters('name')]`; nothing where the text is just a text. */
export function expressionIn(text: string): Expression | undefined {
  if (!text.startsWith("[") || !text.endsWith("]") || text.startsWith("[[")) return undefined;
  return new Parser(tokensOf(text.slice(1, -1)), text).whole();
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const [, quoted, digits, name, mark] = TOKEN.exec(text) ?? [];
    if (quoted !== undefined) tokens.push({ kind: "text", text: quoted.replaceAll("''", "'") });
    else if (digits !== undefined) tokens.push({ kind: "number", text: digits });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else if (mark !== undefined) tokens.push({ kind: "mark", text: mark });
    else throw new Error(`"${text}" cannot be read as an expression`);
  }
  return tokens;
}

class Parser {
  #at = 0;
  readonly #tokens: readonly Token[];
  readonly #text: string;

  constructor(tokens: readonly Token[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  whole(): Expression {
    const expression = this.#expression();
    if (this.#at < this.#tokens.length) throw this.#unreadable();
    return expression;
  }

  #expression(): Expression {
    let expression = this.#primary();
    for (;;) {
      if (this.#take(".")) expression = { kind: "property", of: expression, name: this.#next("name").text };
      else if (this.#take("[")) {
        expression = { kind: "index", of: expression, at: this.#expression() };
        this.#expect("]");
      } else return expression;
    }
  }

  #primary(): Expression {
    const token = this.#tokens[this.#at++];
    if (token?.kind === "text") return { kind: "literal", value: token.text };
    if (token?.kind === "number") return { kind: "literal", value: Number(token.text) };
    if (token?.kind !== "name") throw this.#unreadable();
    this.#expect("(");
    const args: Expression[] = [];
    if (this.#take(")")) return { kind: "call", name: token.text, args };
    do args.push(this.#expression());
    while (this.#take(","));
    this.#expect(")");
    return { kind: "call", name: token.text, args };
  }

  #next(kind: Token["kind"]): Token {
    const token = this.#tokens[this.#at++];
    if (token?.kind !== kind) throw this.#unreadable();
    return token;
  }

  #take(mark: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "mark" || token.text !== mark) return false;
    this.#at++;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#take(mark)) throw this.#unreadable();
  }

  #unreadable(): Error {
    return new Error(`"${this.#text}" cannot be read as an expression, at its part ${this.#at}`);
  }
}
