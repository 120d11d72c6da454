import { Refusal } from "../refusal.ts";
import type { Name, Operator, Options, Relation, Term } from "./statement.ts";
import { type Token, tokensOf } from "./tokens.ts";

const OPERATORS = new Set(["=", "!=", "<", "<=", ">", ">="]);

/** Reads a statement token by token. */
export class Reader {
  readonly #tokens: readonly Token[];
  #next = 0;
  #markers = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  get #token(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "<EOF>", at: 0 };
  }

  #take(): Token {
    const token = this.#token;
    this.#next++;
    return token;
  }

  #isAt(text: string): boolean {
    return (this.#token.kind === "name" || this.#token.kind === "symbol") && this.#token.text === text;
  }

  /** Takes these words if they come next, all of them. */
  takes(...words: readonly string[]): boolean {
    const start = this.#next;
    for (const word of words) {
      if (!this.#isAt(word)) {
        this.#next = start;
        return false;
      }
      this.#next++;
    }
    return true;
  }

  expect(...words: readonly string[]): void {
    if (!this.takes(...words)) throw this.unexpected(words.join(" ").toUpperCase());
  }

  unexpected(wanted = "something else"): Refusal {
    const { text, at } = this.#token;
    return new Refusal("syntax", `line 1:${at} mismatched input '${text}' expecting ${wanted}`);
  }

  end(): void {
    this.takes(";");
    if (this.#token.kind !== "end") throw this.unexpected("EOF");
  }

  identifier(): string {
    const { kind } = this.#token;
    if (kind !== "name" && kind !== "quoted") throw this.unexpected("an identifier");
    return this.#take().text;
  }

  name(): Name {
    const first = this.identifier();
    return this.takes(".") ? { keyspace: first, name: this.identifier() } : { name: first };
  }

  list<T>(each: () => T): readonly T[] {
    const all = [each()];
    while (this.takes(",")) all.push(each());
    return all;
  }

  parenthesized<T>(each: () => T): readonly T[] {
    this.expect("(");
    const all = this.list(each);
    this.expect(")");
    return all;
  }

  /** As it is written: `map<text, frozen<set<int>>>`. */
  type(): string {
    const name = this.identifier();
    if (!this.takes("<")) return name;
    const inner = this.list(() => this.type()).join(", ");
    this.expect(">");
    return `${name}<${inner}>`;
  }

  option(): readonly [string, Options[string]] {
    const name = this.identifier();
    this.expect("=");
    return [name, this.takes("{") ? this.#entries() : this.#take().text];
  }

  #entries(): Readonly<Record<string, string>> {
    const entries: Record<string, string> = {};
    while (!this.takes("}")) {
      const key = this.#take().text;
      this.expect(":");
      entries[key] = this.#take().text;
      this.takes(",");
    }
    return entries;
  }

  relations(): readonly Relation[] {
    const all = [this.#relation()];
    while (this.takes("and")) all.push(this.#relation());
    return all;
  }

  #relation(): Relation {
    const of = this.takes("token", "(") ? { token: this.#tokenOf() } : this.identifier();
    if (this.takes("in")) return { of, operator: "in", terms: this.parenthesized(() => this.term()) };
    const operator = this.#take().text;
    if (!OPERATORS.has(operator)) throw this.unexpected("an operator");
    return { of, operator: operator as Operator, terms: [this.term()] };
  }

  #tokenOf(): readonly string[] {
    const names = this.list(() => this.identifier());
    this.expect(")");
    return names;
  }

  term(): Term {
    const token = this.#take();
    switch (token.kind) {
      case "marker": {
        const position = this.#markers++;
        return token.text === "?"
          ? { kind: "marker", position }
          : { kind: "marker", position, name: token.text.slice(1).toLowerCase() };
      }
      case "string":
      case "number":
      case "blob":
      case "uuid":
        return { kind: token.kind, text: token.text };
      case "name":
        return this.#word(token);
      case "symbol":
        return this.#collection(token);
      default:
        this.#next--;
        throw this.unexpected("a term");
    }
  }

  #word({ text }: Token): Term {
    if (text === "true" || text === "false") return { kind: "boolean", value: text === "true" };
    if (text === "null") return { kind: "null" };
    if (text === "nan" || text === "infinity")
      return { kind: "number", text: text === "nan" ? "NaN" : "Infinity" };
    if (!this.#isAt("(")) {
      this.#next--;
      throw this.unexpected("a term");
    }
    this.expect("(");
    const given = this.#isAt(")") ? [] : this.list(() => this.term());
    this.expect(")");
    return { kind: "call", name: text, given };
  }

  #collection({ text }: Token): Term {
    const end = { "{": "}", "[": "]" }[text];
    if (end === undefined) {
      this.#next--;
      throw this.unexpected("a term");
    }
    const items: Term[] = [];
    let count = 0;
    while (!this.takes(end)) {
      items.push(this.term());
      if (this.takes(":")) items.push(this.term());
      count++;
      this.takes(",");
    }
    return { kind: "collection", count, items };
  }
}
